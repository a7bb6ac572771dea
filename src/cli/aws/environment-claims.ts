import type { EnvironmentName, EscApi } from '../../client/index.ts'
import { loginClaims, type TimelessClaims } from '../../oidc/claims.ts'

/**
 * The claims that a login to AWS from this environment would carry, times and id left out. Nothing is signed: the claims
 * follow from who opens what.
 *
 * `as` is a user's login; without it, whoever the account's token belongs to.
 */
export async function environmentClaims(
  api: EscApi,
  { organization, project, name }: EnvironmentName,
  { as, subjectAttributes }: { readonly as: string; readonly subjectAttributes: readonly string[] | null },
): Promise<TimelessClaims> {
  const [{ issuer }, user] = await Promise.all([api.issuer(), api.user()])
  const { tokenInfo } = user
  const environment = `${project}/${name}`
  const machine = as === '' && tokenInfo?.organization !== undefined && tokenInfo.organization !== ''
  const team = machine ? (tokenInfo.team ?? null) : null
  return loginClaims(issuer, {
    platform: 'aws',
    organization,
    opened: environment,
    current: environment,
    caller: {
      tokenType: machine ? (team === null || team === '' ? 'organization' : 'team') : 'personal',
      login: as || user.githubLogin,
      team: team || null,
    },
    subjectAttributes,
  })
}
