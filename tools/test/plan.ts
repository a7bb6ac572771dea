// Which test files go together into one process. The seconds are those of an earlier run: they balance, they decide nothing.
import { readFileSync } from 'node:fs'

/** The files of one process: neighbours in the tree, which import much the same. */
export interface Shard {
  readonly files: readonly string[]
  /** What they took when they were last measured. */
  readonly seconds: number
}

/** Where a run with `--record` leaves what each file took; without those that took less than a second. */
export const recorded = new URL('seconds.json', import.meta.url)

/** What a file takes that is not recorded. */
const others = 0.25

/** How long a process is at work: a start costs about two seconds, and the last to end keeps the others waiting. */
const wanted = 30

/**
 * The files in shards, longest first: a process that is free takes the next one. Files that are done soon are one shard.
 *
 * @param files paths in the order of the tree
 * @param seconds what files took, by path
 */
export function shardsOf(
  files: readonly string[],
  seconds: ReadonlyMap<string, number> = recordedSeconds(),
): readonly Shard[] {
  const shards: { files: string[]; seconds: number }[] = []
  for (const file of files) {
    const cost = seconds.get(file) ?? others
    const last = shards.at(-1)
    if (last === undefined || last.seconds + cost > wanted) shards.push({ files: [file], seconds: cost })
    else {
      last.files.push(file)
      last.seconds += cost
    }
  }
  return shards.sort((one, other) => other.seconds - one.seconds)
}

function recordedSeconds(): ReadonlyMap<string, number> {
  return new Map(Object.entries(JSON.parse(readFileSync(recorded, 'utf8')) as Record<string, number>))
}
