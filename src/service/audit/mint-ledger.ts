import type { Caller } from '../caller.ts'
import { type NamedInToken, rememberRole, rememberSubject } from '../minted-subjects.ts'
import type { ServiceParts } from '../parts.ts'
import type { AuditFacts } from './facts.ts'
import { recorderOf } from './recorder.ts'

/** A token that was just signed and has gone nowhere yet. */
export interface MintedFacts {
  readonly issuer: string
  readonly audience: string
  readonly subject: string
  readonly jti: string
  readonly kid: string
  readonly seconds: number
  /** The environment whose text holds the block. */
  readonly declaredIn: string
}

/** What a cloud said to a token. */
export interface ExchangeFacts {
  readonly provider: string
  readonly jti: string
  readonly roleArn: string
  readonly sessionName: string
  readonly stsRequestId: string | null
  /** `succeeded`, or the cloud's error code. */
  readonly outcome: string
}

/** Every token that one evaluation mints and what became of it, so that the cloud's own log can be held against it. */
export interface MintLedger {
  /** Resolves when the entry is durable: only then may the token be used (S-26, S-35). @throws AppError AUDIT_UNAVAILABLE */
  minted(facts: MintedFacts): Promise<void>
  /** As `minted`: only then may the credentials go on. */
  exchanged(facts: ExchangeFacts): Promise<void>
  /** Why an entry could not be written. The evaluation is worth nothing then. */
  readonly failure: unknown
}

const issued = 'environment-oidc-token-issued'

/** The ledger of one evaluation. A token beyond the environment's limit is written nowhere and used for nothing (S-55). */
export function createMintLedger(
  parts: Pick<ServiceParts, 'store' | 'clock' | 'mintLimit'>,
  scene: {
    readonly organizationId: string
    readonly caller: Caller
    readonly environment: { readonly id: string; readonly project: string; readonly name: string } | null
  },
): MintLedger {
  let failure: unknown = null
  const write = async (event: string, facts: AuditFacts) => {
    const { organizationId, caller, environment } = scene
    const request = caller.request ?? null
    try {
      if (event === issued) await parts.mintLimit?.(environment?.id ?? organizationId)
      await recorderOf(parts.store).record({
        event,
        organizationId,
        at: parts.clock(),
        caller,
        environment,
        request,
        facts,
      })
    } catch (error) {
      failure = error
      throw error
    }
  }
  const remember = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      failure = error
      throw error
    }
  }
  // The tokens of this evaluation, by id: which names each speaks of.
  const named = new Map<string, NamedInToken>()
  return {
    async minted(facts) {
      await write(issued, { ...facts })
      // The second issuer speaks of ids, which never pass to another.
      if (!facts.subject.startsWith('pulumi:environments:')) return
      const { organizationId, environment } = scene
      const { subject, declaredIn, jti } = facts
      const names = { organizationId, subject, opened: environment, declaredIn }
      named.set(jti, names)
      await remember(() => rememberSubject(parts.store, parts.clock().getTime(), names))
    },
    async exchanged({ stsRequestId, ...facts }) {
      await write('environment-oidc-token-exchanged', {
        ...facts,
        ...(stsRequestId === null ? {} : { stsRequestId }),
      })
      const names = named.get(facts.jti)
      if (names === undefined || facts.outcome !== 'succeeded') return
      await remember(() => rememberRole(parts.store, names, facts.roleArn))
    },
    get failure() {
      return failure
    },
  }
}
