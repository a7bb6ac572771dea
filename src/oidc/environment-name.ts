import { AppError } from '../diag/index.ts'

/** How the text of an open that no environment holds is named; literally these six characters. */
export const anonymousName = '<yaml>'

/** An environment as claims name it; `null` project = the legacy project `default`. */
export interface EnvironmentName {
  readonly project: string | null
  readonly name: string
}

/**
 * An environment's name out of any spelling the evaluator knows (`db`, `default/db`, `web/dev@7`,
 * `acme/web/dev`), without version and organization; null for the anonymous text. A token must not depend on
 * how the caller wrote the name.
 *
 * @throws AppError SUBJECT_VALUE_INVALID for what can be no environment's name
 */
export function parseEnvironmentName(text: string, organization: string): EnvironmentName | null {
  if (text === anonymousName) return null
  const [path = ''] = text.split('@')
  const parts = path.split('/')
  if (parts.length === 3 && parts[0] === organization) parts.shift()
  if (parts.length > 2 || !parts.every((part) => /^[A-Za-z0-9._-]+$/.test(part))) {
    throw new AppError('SUBJECT_VALUE_INVALID', {
      attribute: 'environment name',
      got: text,
      rule: 'wanted `project/environment` of letters, digits, `.`, `_` and `-`',
    })
  }
  const [first = '', second] = parts
  if (second === undefined) return { project: null, name: first }
  return { project: first === 'default' ? null : first, name: second }
}

/** The name in claims: `project/environment`, bare in the default project, `<yaml>` for the anonymous text. */
export function formatEnvironmentName(name: EnvironmentName | null): string {
  if (name === null) return anonymousName
  return name.project === null ? name.name : `${name.project}/${name.name}`
}
