import type { Admitted } from '../trust/index.ts'

/** A subject as a person reads it: the project it is drawn under, and a line in there. */
export interface Label {
  readonly project: string
  readonly line: string
}

// What stands where a subject names no environment.
const anyProject = 'any environment'

/** Reads the names in a subject into words: `app/prod` opened by `ada` stands under `app`. */
export function labelOf({ names }: Pick<Admitted, 'names'>): Label {
  const place = names.environment ?? names['currentEnvironment.name'] ?? names['rootEnvironment.name']
  const opener = openerOf(names)
  if (place === undefined) return { project: anyProject, line: opener ?? 'everybody' }
  const { project, name } = environmentOf(place)
  const root = names['rootEnvironment.name']
  const words = [
    name,
    ...(opener === null ? [] : [`opened by ${opener}`]),
    ...(root === undefined || root === place ? [] : [`within ${root}`]),
  ]
  return { project, line: words.join(' ') }
}

/** Project and name of an environment; a bare name is in the default project. */
export function environmentOf(place: string): { readonly project: string; readonly name: string } {
  if (place === '<yaml>') return { project: 'unsaved text', name: 'anonymous (<yaml>)' }
  const slash = place.indexOf('/')
  if (slash < 0) return { project: 'default', name: place }
  return { project: place.slice(0, slash), name: place.slice(slash + 1) }
}

function openerOf(names: Admitted['names']): string | null {
  const team = names['pulumi.token.team']
  if (team !== undefined) return `team ${team}`
  const user = names['pulumi.user.login']
  const type = names['pulumi.token.type']
  if (type !== undefined && type !== 'personal') return `a token of the ${type}`
  if (user !== undefined) return user
  return type === undefined ? null : 'anybody with a personal token'
}
