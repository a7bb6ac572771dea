import { AppError } from '../diag/index.ts'
import type { AccessToken, ReadTransaction } from '../store/index.ts'
import type { OrganizationAccess } from './access.ts'
import type { Caller } from './caller.ts'
import type { ServiceParts } from './parts.ts'

/** Who has to have logged in of late before a dangerous change. */
export type FreshLoginRule = (typeof freshLoginRules)[number]

/** The rules: nobody; whoever holds a session of a login; everybody, so that no token of long life does. */
export const freshLoginRules = ['off', 'sessions', 'everybody'] as const

/** The setting of an organization that holds its rule. */
export const freshLoginSetting = 'freshLogin'

/** What gives rights, lets data out, or lets somebody in: the trail's names for changes that owners look at (S-24). */
export const dangerousEvents: readonly string[] = [
  'authorization-policy-updated',
  'change-gate-updated',
  'custom-role-created',
  'custom-role-updated',
  'environment-grants-updated',
  'environment-owner-changed',
  'environment-webhook-created',
  'environment-webhook-updated',
  'export-audit-log',
  'member-added',
  'member-role-changed',
  'oidc-issuer-registered',
  'oidc-issuer-updated',
  'organization-settings-updated',
  'organization-token-created',
  'team-token-created',
  'team-updated',
]

/** Fresh logins before dangerous changes (S-24). */
export interface FreshLogins {
  /** @throws AppError FRESH_LOGIN_NEEDED when the organization's rule asks this caller for one */
  require(access: OrganizationAccess): Promise<void>
  /** The same of what concerns the caller alone: a session must be fresh. @throws AppError FRESH_LOGIN_NEEDED */
  requireOfSession(caller: Caller): void
}

const freshMinutes = 15
/** How tokens that were exchanged for an identity token are called. Nobody can give another token such a name. */
const exchangedName = /^(?:oidc|runner):/

/** Fresh logins over the service's parts. */
export function createFreshLogins(parts: ServiceParts): FreshLogins {
  const refuseStale = ({ token }: Caller) => {
    if (!isFreshLogin(token, parts.clock().getTime()))
      throw new AppError('FRESH_LOGIN_NEEDED', { minutes: freshMinutes })
  }
  return {
    async require({ caller, organization }) {
      const rule = await parts.store.read((transaction) => freshLoginRule(transaction, organization.id))
      if (rule === 'everybody' || (rule === 'sessions' && caller.token.type === 'session'))
        refuseStale(caller)
    },
    requireOfSession(caller) {
      if (caller.token.type === 'session') refuseStale(caller)
    },
  }
}

/** The rule of an organization. What is none of them asks everybody: an altered setting must not open anything. */
export async function freshLoginRule(
  transaction: ReadTransaction,
  organizationId: string,
): Promise<FreshLoginRule> {
  const rule = await transaction.settings.get(organizationId, freshLoginSetting)
  if (rule === undefined) return 'sessions'
  return freshLoginRules.find((each) => each === rule) ?? 'everybody'
}

/** Whether a token came of a login of the last minutes: in a browser, or with an identity token. */
function isFreshLogin({ type, name, createdMs }: AccessToken, nowMs: number): boolean {
  return (type === 'session' || exchangedName.test(name)) && nowMs - createdMs <= freshMinutes * 60_000
}

/** @throws AppError REQUEST_INVALID for a name that only exchanged tokens have */
export function refuseExchangedName(name: string): void {
  if (!exchangedName.test(name)) return
  throw new AppError('REQUEST_INVALID', {
    what: 'a token’s name may not begin with `oidc:` or `runner:`: those are exchanged for identity tokens',
    hint: 'choose another name',
  })
}
