import { auditPageSize, type EscApi } from '../../client/index.ts'
import type { ChainedEntry } from '../../crypto/index.ts'
import { decodeUtf8 } from '../../value/index.ts'
import { Failure } from '../failure.ts'
import type { World } from '../world.ts'

/** An organization's trail from a file of an export, or page by page from the server; `null` = the server's own trail. */
export async function* readTrail(
  source:
    | { readonly world: World; readonly file: string }
    | { readonly api: EscApi; readonly organization: string | null },
): AsyncGenerator<ChainedEntry> {
  if ('file' in source) {
    yield* entriesIn(await readText(source.world, source.file), source.file)
    return
  }
  let after = 0
  for (;;) {
    let last: ChainedEntry | null = null
    let count = 0
    for (const entry of entriesIn(await source.api.exportAudit(source.organization, after), 'the export')) {
      yield entry
      last = entry
      count += 1
    }
    if (last === null) return
    if (count < auditPageSize) return
    // A server that answers with numbers that do not grow would be asked for ever.
    if (!(last.sequence > after)) throw new Failure('the export does not go on: its numbers do not grow')
    after = last.sequence
  }
}

function* entriesIn(text: string, name: string): Generator<ChainedEntry> {
  let number = 0
  for (const line of text.split('\n')) {
    number += 1
    if (line.trim() !== '') yield entryOf(line, `${name} line ${number}`)
  }
}

function entryOf(line: string, place: string): ChainedEntry {
  const entry = jsonOf(line, place) as ChainedEntry
  const { sequence, previousHash, hash, body } = entry
  const texts: readonly unknown[] = [previousHash, hash, body]
  if (Number.isInteger(sequence) && texts.every((text) => typeof text === 'string')) return entry
  throw new Failure(`${place} is no entry of an audit trail; write the file with \`esc audit export\``)
}

/** A JSON object out of a line. @throws Failure naming the place, never quoting the text */
export function jsonOf(line: string, place: string): object {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw new Failure(`${place} is not JSON`, { cause: error })
  }
  if (typeof value === 'object' && value !== null) return value
  throw new Failure(`${place} is no JSON object`)
}

/** The text of a file that must be there. */
export async function readText(world: World, path: string): Promise<string> {
  const content = await world.files.read(path)
  if (content === null) throw new Failure(`${path}: no such file or directory`)
  return decodeUtf8(content)
}
