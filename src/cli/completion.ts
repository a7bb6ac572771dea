import { AccountFiles } from './account/account-files.ts'
import { chooseBackend } from './account/backend.ts'
import { createSession } from './account/session.ts'
import { childOf } from './find-command.ts'
import { flagsOf } from './run-cli.ts'
import { type Entry, root } from './tree.ts'
import type { World } from './world.ts'

/** One way to go on. */
export interface Candidate {
  readonly name: string
  readonly text: string
}

/** The candidates for the last of `words`, which may be empty: command names, flags, or environments. */
export async function candidates(words: readonly string[], world: World): Promise<readonly Candidate[]> {
  const before = words.slice(0, -1)
  const last = words.at(-1) ?? ''
  if (before.includes('--')) return []
  const { entry, path, positionals } = walk(before)
  const names = positionals > 0 ? [] : childrenOf(entry)
  const found = last.startsWith('-') ? await flagNames(entry, path) : names
  const matching = found.filter(({ name }) => name.startsWith(last))
  if (matching.length > 0 || last.startsWith('-') || entry.load === undefined) return matching
  return takesEnvironment(path, positionals) ? environments(world, last) : []
}

function walk(words: readonly string[]): { entry: Entry; path: readonly string[]; positionals: number } {
  let entry = root
  let positionals = 0
  const path = [root.name]
  for (const word of words) {
    if (word.startsWith('-')) continue
    const child = positionals === 0 ? childOf(entry, word) : null
    if (child === null) positionals += 1
    else {
      entry = child
      path.push(child.name)
    }
  }
  return { entry, path, positionals }
}

function childrenOf(entry: Entry): readonly Candidate[] {
  return (entry.children ?? [])
    .filter((child) => !child.hidden)
    .map(({ name, summary }) => ({ name, text: summary }))
}

async function flagNames(entry: Entry, path: readonly string[]): Promise<readonly Candidate[]> {
  if (entry.load === undefined) return [{ name: '--help', text: 'Show this help' }]
  const { command } = await entry.load()
  return Object.entries(flagsOf(command, path)).map(([name, flag]) => ({
    name: `--${name}`,
    text: flag.help,
  }))
}

function takesEnvironment(path: readonly string[], positionals: number): boolean {
  return positionals === 0 && (path[1] === 'env' || path[1] === 'open' || path[1] === 'run')
}

/** The environments that begin like `start`. Nothing is asked and nothing is said when there is no account. */
async function environments(world: World, start: string): Promise<readonly Candidate[]> {
  try {
    const files = new AccountFiles(world)
    const backend = await chooseBackend(world, files)
    const account = backend === null ? undefined : (await files.credentials()).accounts?.[backend]
    if (backend === null || account === undefined) return []
    const { api } = await createSession(world, files, backend, account)
    const all = await api.listEnvironments()
    const whole = all.map(
      ({ organization, project, name }) => `${organization}/${project ?? 'default'}/${name}`,
    )
    const matching = whole.filter((name) => name.startsWith(start))
    if (matching.length > 0 || !start.includes('/')) return matching.map(candidate)
    // Two parts are a project and an environment of the default organization.
    const prefix = `${await api.defaultOrganization()}/`
    return whole
      .filter((name) => name.startsWith(prefix + start))
      .map((name) => candidate(name.slice(prefix.length)))
  } catch {
    return []
  }
}

function candidate(name: string): Candidate {
  return { name, text: '' }
}
