import { AppError } from '../diag/index.ts'

/** How one kind of name must look; `rule` is told to whoever gets it wrong. */
interface NameRule {
  readonly what: string
  readonly pattern: RegExp
  readonly reserved: readonly string[]
  readonly rule: string
}

const part = /^[a-zA-Z0-9._-]{1,100}$/
const partRule = 'wanted 1 to 100 of the characters a-z, A-Z, 0-9, `.`, `_` and `-`'

const rules = {
  organization: {
    what: 'organization',
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9_-]{1,38}[a-zA-Z0-9]$/,
    reserved: [],
    rule: 'wanted 3 to 40 of the characters a-z, A-Z, 0-9, `_` and `-`, with a letter or digit at both ends',
  },
  // `yaml`, `tags` and `restore` stand in the place of a project in other routes.
  project: {
    what: 'project',
    pattern: part,
    reserved: ['.', '..', 'yaml', 'tags', 'restore'],
    rule: partRule,
  },
  environment: { what: 'environment', pattern: part, reserved: ['.', '..', 'open', 'yaml'], rule: partRule },
  revisionTag: {
    what: 'revision tag',
    pattern: /^(?![0-9])[!-~]{1,100}$/,
    reserved: ['.', '..', 'latest', 'tags'],
    rule: 'wanted 1 to 100 printable characters without blanks, `/`, `@`, `:`, `?`, `#`, `%` or `\\`, not beginning with a digit',
  },
  environmentTag: {
    what: 'tag',
    pattern: /^[^\p{C}/]{1,100}$/u,
    reserved: ['.', '..'],
    rule: 'wanted 1 to 100 printable characters without `/`',
  },
  // What the product itself gives these names to, no team may pass for (S-20).
  team: {
    what: 'team',
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/,
    reserved: ['root', 'admin', 'owner', 'system', 'member', 'latest', 'yaml', 'default', 'everyone'],
    rule: `${partRule}, the first a letter or digit`,
  },
} as const satisfies Record<string, NameRule>

/** The kinds of names that people choose. */
export type NameKind = keyof typeof rules

/**
 * The name itself when it may be given to a new thing of that kind.
 *
 * @throws AppError NAME_INVALID telling the rule, for names outside the alphabet and for reserved ones
 * @see wire contract §1.9
 */
export function checkName(kind: NameKind, name: string): string {
  const { what, pattern, reserved, rule }: NameRule = rules[kind]
  if (!pattern.test(name) || (kind === 'revisionTag' && /[/@:?#%\\]/.test(name))) {
    throw new AppError('NAME_INVALID', { what, got: shorten(name), rule })
  }
  if (reserved.includes(name.toLowerCase())) {
    throw new AppError('NAME_INVALID', { what, got: name, rule: 'this name is reserved' })
  }
  return name
}

/** Whether a text could be the name of an existing thing of that kind; reserved ones never are. */
export function isName(kind: NameKind, name: string): boolean {
  return rules[kind].pattern.test(name)
}

function shorten(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name
}

/** An environment as a reader names it, before anybody looked whether it exists. */
export interface EnvironmentName {
  readonly organization: string
  readonly project: string
  readonly name: string
}

/** The project that names without one fall into. */
export const defaultProject = 'default'

/** `organization/project/name`, for messages. */
export function formatName(ref: EnvironmentName): string {
  return `${ref.organization}/${ref.project}/${ref.name}`
}

/** The name that ranges and the evaluation context carry for the root of an open: bare in the default project. */
export function rootName(ref: { readonly project: string; readonly name: string }): string {
  return ref.project === defaultProject ? ref.name : `${ref.project}/${ref.name}`
}

/** What an import may say: `name`, `project/name`, each with `@version`. */
export interface ImportName {
  readonly project: string
  readonly name: string
  /** A revision number or a revision tag; `latest` when none was given. */
  readonly version: string
}

/** Reads the name of an import; `null` when it cannot name an environment. */
export function parseImportName(text: string): ImportName | null {
  const [path = '', version = 'latest', ...more] = text.split('@')
  const parts = path.split('/')
  if (more.length > 0 || parts.length > 2 || version === '') return null
  const [project, name] = parts.length === 2 ? parts : [defaultProject, parts[0]]
  if (!isName('project', project ?? '') || !isName('environment', name ?? '')) return null
  return { project: project!, name: name!, version }
}
