import { ApiError, type EnvironmentName, type EscApi } from '../client/index.ts'
import type { Session } from './account/session.ts'
import { Failure } from './failure.ts'
import type { Output } from './output.ts'
import { fullName, parseReference, type Reference } from './reference.ts'

/** What resolving a reference needs. */
export interface Resolver {
  readonly session: Session
  readonly api: EscApi
  readonly out: Output
}

/**
 * The environment that a reference means. Two-part references are ambiguous: `a/name` is project `a` of the default
 * organization, or the legacy form for organization `a`, project `default`; the server is asked which one exists.
 *
 * @throws Failure when both exist (`clone` then takes the project reading)
 */
export async function resolveReference(
  text: string,
  resolver: Resolver,
  mode: 'existing' | 'create' | 'clone',
): Promise<Reference> {
  const { parts, version } = parseReference(text)
  const [first = '', second, third] = parts
  if (second !== undefined && third !== undefined) {
    return { organization: first, project: second, name: third, version }
  }
  const organization = await resolver.session.defaultOrganization()
  if (second === undefined) return { organization, project: 'default', name: first, version }
  const readings: Readings = {
    project: { organization, project: first, name: second },
    legacy: { organization: first, project: 'default', name: second },
  }
  const { chosen, warn } =
    mode === 'create'
      ? await forCreation(first, readings, resolver)
      : await existing(readings, resolver.api, mode)
  if (warn) {
    resolver.out.note(
      `warning: environment reference ${JSON.stringify(`${first}/${second}`)} is ambiguous ` +
        `(resolved to ${fullName(chosen)}). Use <org>/<project>/<environment> instead.`,
    )
  }
  return { ...chosen, version }
}

interface Readings {
  readonly project: EnvironmentName
  readonly legacy: EnvironmentName
}

interface Choice {
  readonly chosen: EnvironmentName
  readonly warn: boolean
}

async function existing(
  { project, legacy }: Readings,
  api: EscApi,
  mode: 'existing' | 'clone',
): Promise<Choice> {
  const [hasProject, hasLegacy] = await Promise.all([exists(api, project), exists(api, legacy)])
  if (hasProject && hasLegacy && mode === 'existing' && fullName(project) !== fullName(legacy)) {
    throw new Failure(
      `ambiguous path provided\n\nEnvironments found at both '${fullName(project)}' and ` +
        `'${fullName(legacy)}'.\nPlease specify the full path as <org-name>/<project-name>/<env-name>`,
    )
  }
  return hasLegacy && !hasProject ? { chosen: legacy, warn: true } : { chosen: project, warn: false }
}

/** A name that the caller may not see is as good as absent; what the server says about it comes with the real request. */
async function exists(api: EscApi, environment: EnvironmentName): Promise<boolean> {
  try {
    await api.readDefinition(environment)
    return true
  } catch (error) {
    if (error instanceof ApiError && error.code >= 400 && error.code < 500 && error.code !== 401) return false
    throw error
  }
}

async function forCreation(first: string, readings: Readings, resolver: Resolver): Promise<Choice> {
  const [environments, organizations] = await Promise.all([
    resolver.api.listEnvironments(),
    resolver.session.organizations(),
  ])
  const isProject = environments.some(({ project }) => project?.toLowerCase() === first.toLowerCase())
  const isOrganization = organizations.includes(first)
  if (!isOrganization) return { chosen: readings.project, warn: false }
  return { chosen: isProject ? readings.project : readings.legacy, warn: true }
}

/** A reference that may be just `@version` of another one, whose names it then takes. */
export async function resolveRelative(text: string, base: Reference, resolver: Resolver): Promise<Reference> {
  if (text.startsWith('@')) return { ...base, version: text.slice(1) }
  return resolveReference(text, resolver, 'existing')
}
