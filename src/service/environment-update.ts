import { AppError } from '../diag/index.ts'
import type { Environment, Revision } from '../store/index.ts'
import type { EnvironmentAccess } from './access.ts'
import { refuseGatedUpdate } from './approvals.ts'
import { appendRevision, prepareText, type WriteResult } from './definitions.ts'
import { type Happening, type HookEvent, note } from './notes.ts'
import type { ServiceParts } from './parts.ts'
import { etagHolds, etagOf } from './revision-lookup.ts'
import { storable } from './value-crypters.ts'

const unconditionalTries = 5

/** @see Environments.update */
export async function updateDefinition(
  parts: ServiceParts,
  access: EnvironmentAccess,
  source: Uint8Array,
  etag: string | undefined,
): Promise<WriteResult> {
  const { environment } = access
  const current = () => parts.store.read((transaction) => transaction.revisions.latest(environment.id))
  const base = await current()
  const conditional = etag !== undefined && etag !== '' && etag !== '*'
  const prepared = await prepareText(parts, access, source)
  await parts.store.read((transaction) => refuseGatedUpdate(transaction, environment))
  if (base === null || !etagHolds(etag, etagOf(base))) throw mismatch(base)
  let expected = base.number
  for (let attempt = 1; ; attempt += 1) {
    try {
      const text = await storable(parts, access, expected + 1, prepared.source, prepared)
      const revision = await parts.store.change(async (transaction) => {
        const appended = await appendRevision(transaction, environment, expected, text, {
          caller: access.caller,
          nowMs: parts.clock().getTime(),
        })
        await note(transaction, parts, access, updated(environment, appended.number))
        return appended
      })
      return { revision: revision.number, etag: etagOf(revision), diagnostics: prepared.diagnostics }
    } catch (error) {
      const raced = error instanceof AppError && error.code === 'ETAG_MISMATCH'
      if (conditional || !raced || attempt === unconditionalTries) throw error
      expected = (await current())?.number ?? expected
    }
  }
}

/** The refusal of a stale write tells who was faster, so that nobody has to search. */
function mismatch(current: Revision | null): AppError {
  if (current === null) return new AppError('ETAG_MISMATCH')
  const { number, creator, createdMs } = current
  const at = new Date(createdMs).toISOString()
  return new AppError('ETAG_MISMATCH', {
    who: `: revision ${number} was saved by ${creator.login} at ${at}`,
  })
}

/** A new revision, as it is written down. */
export function updated(
  environment: Environment,
  revision: number,
): Happening & { readonly hook: HookEvent } {
  return {
    event: 'environment-updated',
    environment,
    facts: { revision },
    hook: {
      filter: 'environment_revision_created',
      kind: 'environment_revision',
      action: 'created',
      details: { revision },
    },
  }
}
