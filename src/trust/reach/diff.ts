import { type Automaton, automatonOf } from '../language/automaton.ts'
import { either } from '../language/expression.ts'
import { environmentIssuer } from '../language/issuer-model.ts'
import { intersect, isEmpty, shortest, subtract, unite } from '../language/operations.ts'
import { type Admitted, type ReachOptions, reachAll } from './reach.ts'
import { type CompiledRole, compileRole, type Role } from './role.ts'
import type { Universe } from './universe.ts'

/** What a change of a policy does to those who can become the role. */
export interface ReachDiff {
  readonly gained: readonly Admitted[]
  readonly lost: readonly Admitted[]
  /** Who got in before and after, but no longer under the same conditions. */
  readonly changed: readonly { readonly before: Admitted; readonly after: Admitted }[]
  /** One signable subject that only the new policy admits, whether or not its names exist; `null` = none. */
  readonly widened: string | null
  /** One signable subject that only the old policy admits. */
  readonly narrowed: string | null
  /** True when more than `limit` rows existed on a side, so that the lists are incomplete. */
  readonly truncated: boolean
}

/** Compares two policies of one role over a universe and beyond it. @throws TooManyStates */
export function diffReach(
  before: Role,
  after: Role,
  universe: Universe,
  options: ReachOptions = {},
): ReachDiff {
  const [old, now] = reachAll([before, after], universe, options)
  const oldRows = new Map(old!.admitted.map((row) => [row.subject, row]))
  const newRows = new Map(now!.admitted.map((row) => [row.subject, row]))
  const changed = [...newRows.values()].flatMap((row) => {
    const earlier = oldRows.get(row.subject)
    return earlier !== undefined && earlier.depends.join() !== row.depends.join()
      ? [{ before: earlier, after: row }]
      : []
  })
  return {
    gained: [...newRows.values()].filter(({ subject }) => !oldRows.has(subject)),
    lost: [...oldRows.values()].filter(({ subject }) => !newRows.has(subject)),
    changed,
    widened: onlyIn(after, before),
    narrowed: onlyIn(before, after),
    truncated: old!.truncated || now!.truncated,
  }
}

const nobody = automatonOf(either())

// A subject of `a` that is not one of `b`, among those the issuer can sign.
function onlyIn(a: Role, b: Role): string | null {
  const model = environmentIssuer(a.provider.url)
  const theirs = compileRole(b)
  const ours = compileRole(a)
  for (const audience of a.provider.clientIds) {
    const extra = subtract(languageFor(ours, audience), languageFor(theirs, audience))
    if (isEmpty(extra)) continue
    const subject = shortest(intersect(extra, model.subjects(audience)))
    if (subject !== null) return subject
  }
  return null
}

function languageFor({ ways }: CompiledRole, audience: string): Automaton {
  return ways
    .filter((way) => way.audience === audience)
    .map(({ subjects }) => subjects)
    .reduce(unite, nobody)
}
