import { editDistance } from '../value/index.ts'
import { UsageFailure } from './failure.ts'
import type { Entry } from './tree.ts'

/** Where a command line leads in the tree. */
export interface Found {
  readonly entry: Entry
  /** The names from the root down. */
  readonly path: readonly string[]
  /** The arguments that are no command names. */
  readonly rest: readonly string[]
}

/** Flags that may stand before the last command name and take the next argument. */
const valueFlags = new Set(['--env'])

/**
 * The command that the arguments name. Flags may stand between the names.
 *
 * @throws Failure for a name that a group does not have, with the nearest one it has
 */
export function findCommand(root: Entry, args: readonly string[]): Found {
  let entry = root
  const path = [root.name]
  const rest = [...args]
  for (let at = nextName(rest, 0); at !== null; at = nextName(rest, at)) {
    const name = rest[at] ?? ''
    const child = childOf(entry, name)
    if (child === null) {
      if (entry.load === undefined) throw unknownCommand(entry, path, name)
      break
    }
    entry = child
    path.push(child.name)
    rest.splice(at, 1)
    if (entry.children === undefined) break
  }
  return { entry, path, rest }
}

function nextName(args: readonly string[], from: number): number | null {
  for (let at = from; at < args.length; at += 1) {
    const argument = args[at] ?? ''
    if (argument === '--') return null
    if (!argument.startsWith('-') || argument === '-') return at
    if (valueFlags.has(argument)) at += 1
  }
  return null
}

/** The child of that name or alias, or null. */
export function childOf(entry: Entry, name: string): Entry | null {
  return entry.children?.find((child) => child.name === name || child.aliases?.includes(name)) ?? null
}

function unknownCommand(entry: Entry, path: readonly string[], name: string): UsageFailure {
  const names = (entry.children ?? [])
    .filter((child) => !child.hidden)
    .flatMap((child) => [child.name, ...(child.aliases ?? [])])
  const near = nearName(name, names)
  const what = `unknown command ${JSON.stringify(name)} for ${JSON.stringify(path.join(' '))}`
  const help = `run \`${path.join(' ')} --help\` for the commands there are`
  return new UsageFailure(
    near === null ? `${what}; ${help}` : `${what}\n\nDid you mean this?\n\t${near}\n\n${help}`,
  )
}

/** The name that was probably meant: it goes on from what was typed, or differs in one or two letters. */
function nearName(typed: string, names: readonly string[]): string | null {
  const begun = names.find((name) => typed !== '' && name.startsWith(typed))
  if (begun !== undefined) return begun
  const near = names
    .map((name) => ({ name, distance: editDistance(typed, name) }))
    .filter(({ name, distance }) => distance <= 2 && distance < Math.min(name.length, typed.length))
    .sort((a, b) => a.distance - b.distance)
  return near[0]?.name ?? null
}
