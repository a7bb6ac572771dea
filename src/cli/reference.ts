import type { EnvironmentName } from '../client/index.ts'

/** A resolved environment reference. `version` is a revision number or tag, `''` for none. */
export interface Reference extends EnvironmentName {
  readonly version: string
}

/** A reference as typed. `parts` are its names: 1 = name, 2 = ambiguous, 3 = organization, project, name. */
export interface TypedReference {
  readonly parts: readonly string[]
  readonly version: string
}

/**
 * The parts of `[org/][project/]name[@version]`; `name:version` is taken when there is no `@`. Slashes beyond the
 * second belong to the name.
 */
export function parseReference(text: string): TypedReference {
  const at = text.includes('@') ? text.indexOf('@') : text.lastIndexOf(':')
  const version = at < 0 ? '' : text.slice(at + 1)
  const names = (at < 0 ? text : text.slice(0, at)).split('/')
  const parts = names.length <= 3 ? names : [names[0] ?? '', names[1] ?? '', names.slice(2).join('/')]
  return { parts, version }
}

/** `org/project/name`. */
export function fullName({ organization, project, name }: EnvironmentName): string {
  return `${organization}/${project}/${name}`
}

/** `org/project/name@version`, without `@` when there is no version. */
export function fullReference(reference: Reference): string {
  return reference.version === '' ? fullName(reference) : `${fullName(reference)}@${reference.version}`
}

/** The version as the API's options want it: absent for the latest. */
export function atVersion(reference: Reference): { readonly version?: string } {
  return reference.version === '' ? {} : { version: reference.version }
}
