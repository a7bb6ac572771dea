import type { EscApi } from '../../client/index.ts'
import { loginClaims, type TimelessClaims } from '../../oidc/claims.ts'
import type { Reference } from '../reference.ts'
import type { EnvironmentLogin } from './environment-logins.ts'

/** Who would open an environment: the claims of each of its logins follow from it. Nothing is signed. */
export type ClaimsOf = (
  login: Pick<EnvironmentLogin, 'holder' | 'subjectAttributes'> | null,
) => TimelessClaims

/**
 * The claims that logins to AWS from this environment would carry, times and id left out; `null` stands for a block of the
 * environment's own without `subjectAttributes`.
 *
 * `as` is a user's login; without it, whoever the account's token belongs to.
 *
 * @throws AppError of the subject's rules, when the claims are asked for
 */
export async function environmentClaims(
  api: EscApi,
  { organization, project, name }: Reference,
  as: string,
): Promise<ClaimsOf> {
  const [{ issuer }, user] = await Promise.all([api.issuer(), api.user()])
  const { tokenInfo } = user
  const opened = `${project}/${name}`
  const machine = as === '' && tokenInfo?.organization !== undefined && tokenInfo.organization !== ''
  const team = machine ? (tokenInfo.team ?? null) : null
  return (login) =>
    loginClaims(issuer, {
      platform: 'aws',
      organization,
      opened,
      current: login?.holder ?? opened,
      caller: {
        tokenType: machine ? (team === null || team === '' ? 'organization' : 'team') : 'personal',
        login: as || user.githubLogin,
        team: team || null,
      },
      subjectAttributes: login?.subjectAttributes ?? null,
    })
}
