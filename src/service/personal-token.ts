import type { AccessToken } from '../store/index.ts'

/** What a new personal token says of itself; all else of it follows from being one: whatever its owner may do, everywhere. */
export type PersonalToken = Pick<
  AccessToken,
  'id' | 'name' | 'description' | 'secretHash' | 'createdMs' | 'expiresMs'
> & { readonly userId: string } & Partial<Pick<AccessToken, 'scopes'>>

/** The record of a personal token, without limits of its own unless `scopes` sets them. */
export function personalToken(token: PersonalToken): AccessToken {
  return {
    scopes: null,
    ...token,
    type: 'personal',
    organizationId: null,
    team: null,
    admin: false,
    environmentIds: null,
    lastUsedMs: null,
    revokedMs: null,
  }
}
