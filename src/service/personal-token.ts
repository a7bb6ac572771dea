import type { AccessToken } from '../store/index.ts'

/** What a new personal token says of itself; all else of it follows from being one: whatever its owner may do, everywhere. */
export type PersonalToken = Pick<
  AccessToken,
  'id' | 'name' | 'description' | 'secretHash' | 'createdMs' | 'expiresMs'
> & { readonly userId: string }

/** The record of a personal token without limits of its own. */
export function personalToken(token: PersonalToken): AccessToken {
  return {
    ...token,
    type: 'personal',
    organizationId: null,
    team: null,
    admin: false,
    scopes: null,
    environmentIds: null,
    lastUsedMs: null,
    revokedMs: null,
  }
}
