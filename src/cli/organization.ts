import type { Client } from '../client/index.ts'
import { decodeYaml, plainData } from '../syntax/index.ts'
import { stringifyJson } from '../value/index.ts'
import type { Session } from './account/session.ts'
import { Failure } from './failure.ts'
import { text } from './flags.ts'
import { readSource } from './read-source.ts'
import type { World } from './world.ts'

/** `--org`. */
export const orgFlag = text('The organization; default: yours')

/** The server, and the organization that `--org` names there, or the caller's own. */
export async function organizationOf(
  session: Session,
  org: string,
): Promise<{ readonly server: Client; readonly org: string }> {
  return { server: session.api, org: org || (await session.defaultOrganization()) }
}

const levels = ['none', 'read', 'open', 'write', 'admin'] as const

/** @throws Failure for anything but none, read, open, write and admin */
export function levelOf(level: string): (typeof levels)[number] {
  const found = levels.find((each) => each === level)
  if (found === undefined)
    throw new Failure(`invalid level ${JSON.stringify(level)}: must be one of ${levels.join(', ')}`)
  return found
}

/**
 * The data of a YAML or JSON file, `-` for stdin.
 *
 * @throws Failure naming the first thing that is wrong with the text, with its line
 */
export async function readDocument(world: World, file: string): Promise<unknown> {
  const { node, diagnostics } = decodeYaml(file, await readSource(world, file))
  const [first] = diagnostics
  if (first !== undefined) {
    const line = first.range === null ? '' : `:${first.range.begin.line}`
    throw new Failure(`${file}${line}: ${first.summary}`)
  }
  return JSON.parse(stringifyJson(plainData(node), { sortKeys: false }))
}
