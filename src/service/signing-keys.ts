import { AppError } from '../diag/index.ts'
import type { KeyLife } from '../oidc/index.ts'
import { serverTrail } from './audit/append.ts'
import type { AuditFacts } from './audit/facts.ts'
import { recorderOf } from './audit/recorder.ts'
import type { Caller } from './caller.ts'
import type { ServiceParts } from './parts.ts'

/** Which of the two issuers. */
export type IssuerName = 'v1' | 'v2'

/** The power over the issuers' keys: their states, never the keys. */
export interface SigningKeyPower {
  keys(issuer: IssuerName): readonly KeyLife[]
  /** @throws AppError ROTATION_TOO_FAST */
  rotate(issuer: IssuerName): Promise<void>
  revoke(issuer: IssuerName, kid: string): Promise<boolean>
}

/** A key's life and whose it is. */
export interface IssuerKey extends KeyLife {
  readonly issuer: IssuerName
}

/** The use cases of signing keys, for administrators of the installation. */
export interface SigningKeys {
  list(caller: Caller): Promise<readonly IssuerKey[]>
  /** Lets the next key sign now. @throws AppError ROTATION_TOO_FAST when it was not published for long enough (S-32) */
  rotate(caller: Caller, issuer: IssuerName): Promise<readonly IssuerKey[]>
  /** Takes a key out of use at once. @throws AppError NOT_FOUND */
  revoke(caller: Caller, issuer: IssuerName, kid: string): Promise<readonly IssuerKey[]>
}

/** The use cases of signing keys over the service's parts. */
export function createSigningKeys(parts: ServiceParts): SigningKeys {
  const powerFor = ({ user }: Caller): SigningKeyPower => {
    if (user?.siteAdmin !== true) {
      const who = 'an administrator of the installation'
      throw new AppError('FORBIDDEN', { permission: 'signing_key:write', resource: 'the server', who })
    }
    if (parts.signingKeys === undefined)
      throw new AppError('NOT_FOUND', { what: 'issuer', id: 'of this server' })
    return parts.signingKeys
  }
  const all = (power: SigningKeyPower) =>
    (['v1', 'v2'] as const).flatMap((issuer) => power.keys(issuer).map((key) => ({ ...key, issuer })))
  // Written before it is done: a key must never change unnoticed (S-26).
  const write = (caller: Caller, event: string, facts: AuditFacts) =>
    recorderOf(parts.store)
      .record({
        event,
        organizationId: serverTrail,
        at: parts.clock(),
        caller,
        environment: null,
        request: caller.request ?? null,
        facts,
      })
      .then(() => {
        if (caller.request !== undefined) caller.request.noted = true
      })
  return {
    list: async (caller) => all(powerFor(caller)),
    async rotate(caller, issuer) {
      const power = powerFor(caller)
      await write(caller, 'signing-key-rotated', { issuer })
      await power.rotate(issuer)
      return all(power)
    },
    async revoke(caller, issuer, kid) {
      const power = powerFor(caller)
      if (!power.keys(issuer).some((key) => key.kid === kid)) {
        throw new AppError('NOT_FOUND', { what: 'signing key', id: kid.slice(0, 100) })
      }
      await write(caller, 'signing-key-revoked', { issuer, kid })
      await power.revoke(issuer, kid)
      return all(power)
    },
  }
}
