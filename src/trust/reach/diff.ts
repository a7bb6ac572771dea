import { type Containment, compareAdmission } from '../language/containment.ts'
import { environmentIssuer, type IssuerModel } from '../language/issuer-model.ts'
import { type Admitted, type ReachOptions, reachAll } from './reach.ts'
import type { Role } from './role.ts'
import type { Universe } from './universe.ts'

/** What a change of a policy does to those who can become the role. */
export interface ReachDiff {
  readonly gained: readonly Admitted[]
  readonly lost: readonly Admitted[]
  /** Who got in before and after, but no longer under the same conditions. */
  readonly changed: readonly { readonly before: Admitted; readonly after: Admitted }[]
  /** A subject of a token that only the new policy admits, whether or not its names exist; `null` = none was found. */
  readonly widened: string | null
  /** A subject of a token that only the old policy admits. */
  readonly narrowed: string | null
  /** What is proved: `contained` when the new policy admits nothing that the old one does not. */
  readonly widening: Containment
  /** The same the other way round. */
  readonly narrowing: Containment
  /** True when more than `limit` rows existed on a side, so that the lists are incomplete. */
  readonly truncated: boolean
}

/** Compares two policies of one role over a universe of our own issuer and beyond it. @throws TooManyStates */
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
    ...comparePolicies(before, after, environmentIssuer(after.provider.url)),
    truncated: old!.truncated || now!.truncated,
  }
}

/** Compares two policies of one role for the tokens of any issuer, of whose names nothing is known. */
export function diffPolicies(before: Role, after: Role): ReachDiff {
  return { gained: [], lost: [], changed: [], ...comparePolicies(before, after), truncated: false }
}

/** Whether a change lets nobody in, nor under looser conditions, who did not get in before. What is not proved does not count. */
export function admitsNobodyMore({ gained, widening }: ReachDiff): boolean {
  return widening.verdict === 'contained' && gained.length === 0
}

function comparePolicies(before: Role, after: Role, model?: IssuerModel) {
  const compare = (policy: Role, than: Role): Containment =>
    compareAdmission({
      policy: policy.policy,
      than: than.policy,
      provider: after.provider,
      ...(after.partition !== undefined && { partition: after.partition }),
      ...(model !== undefined && { model }),
    })
  const [widening, narrowing] = [compare(after, before), compare(before, after)]
  return { widened: subjectOf(widening), narrowed: subjectOf(narrowing), widening, narrowing }
}

function subjectOf(found: Containment): string | null {
  return found.verdict === 'wider' ? String(found.claims['sub']) : null
}
