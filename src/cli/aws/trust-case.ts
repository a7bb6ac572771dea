import type { Claims } from '../../trust/index.ts'
import { decodeUtf8 } from '../../value/index.ts'
import type { AccountCall } from '../command.ts'
import { Failure } from '../failure.ts'
import type { FlagTable } from '../flags.ts'
import { readSource } from '../read-source.ts'
import type { World } from '../world.ts'
import type { EnvironmentLogin } from './environment-logins.ts'

/** One exchange to decide: what would be presented, and what would be asked for. */
export interface TrustCase {
  /** How messages name it; `''` for a token from elsewhere. */
  readonly name: string
  readonly login: EnvironmentLogin | null
  readonly header: { readonly [name: string]: unknown }
  readonly claims: Claims
  /** `''` when nothing says which role. */
  readonly roleArn: string
  readonly sessionName: string
  /** Null where the author left it to the default: 2 h, or 1 h when the role allows no more. */
  readonly durationSeconds: number | null
  readonly policyArns: readonly string[]
}

/** What the flags say about a case. */
export interface CaseFlags {
  readonly role: string
  readonly login: string
  readonly as: string
  readonly 'session-name': string
  readonly 'subject-attribute': readonly string[]
}

/** The cases of an environment: one for each of its logins, imports' too, or one for the default subject when it has none. */
export async function environmentCases<F extends FlagTable>(
  call: AccountCall<F>,
  typed: string,
  flags: CaseFlags,
): Promise<readonly TrustCase[]> {
  const { resolveReference } = await import('../resolve-reference.ts')
  const { environmentClaims } = await import('./environment-claims.ts')
  const { chosenLogins, environmentLogins, loginName } = await import('./environment-logins.ts')
  const reference = await resolveReference(typed, call, 'existing')
  const [{ logins, findings }, claimsOf] = await Promise.all([
    environmentLogins(call.api, reference),
    environmentClaims(call.api, reference, flags.as),
  ])
  for (const finding of findings) call.out.note(call.out.errorColors.yellow(finding))
  const chosen = chosenLogins(logins, flags.login, reference)
  const ofRole = chosen.filter(({ roleArn }) => roleArn === flags.role)
  const listed = flags['subject-attribute']
  if (logins.length === 0)
    call.out.note('the environment and its imports hold no aws-login block; the default subject is used')
  const cases: readonly (EnvironmentLogin | null)[] =
    logins.length === 0 ? [null] : ofRole.length > 0 ? ofRole : chosen
  return cases.map((login) => {
    const attributes = listed.length > 0 ? listed : (login?.subjectAttributes ?? null)
    const holder = login?.holder ?? `${reference.project}/${reference.name}`
    return {
      name: login === null ? '' : loginName(login, reference),
      login,
      header: { alg: 'RS256' },
      claims: claimsOf({ holder, subjectAttributes: attributes }),
      roleArn: flags.role || (login?.roleArn ?? ''),
      sessionName: flags['session-name'] || login?.sessionName || '',
      durationSeconds: login?.durationSeconds ?? null,
      policyArns: login?.policyArns ?? [],
    }
  })
}

/**
 * The case of a token from anywhere. A claims file may leave its times out; those of a token must be there, but whether it
 * has expired meanwhile is not looked at, only told.
 *
 * @throws Failure for a file that holds neither claims nor a token; never with the parser's words, which would show a part of it
 */
export async function foreignCase(
  world: World,
  flags: { readonly claims: string; readonly token: string } & Pick<CaseFlags, 'role' | 'session-name'>,
  note: (text: string) => void,
): Promise<TrustCase> {
  const file = flags.claims || flags.token
  const content = decodeUtf8(await readSource(world, file)).trim()
  const isToken = flags.claims === ''
  const [head = '', payload = ''] = isToken ? content.split('.') : []
  const claims = jsonObject(isToken ? decodeBase64Url(payload) : content)
  const header = isToken ? jsonObject(decodeBase64Url(head)) : { alg: 'RS256' }
  if (claims === null || header === null) {
    throw new Failure(
      `${file}: wanted ${isToken ? 'a signed token in compact form' : 'a JSON object of claims'}`,
    )
  }
  const nowSeconds = Math.floor(world.clock.now() / 1000)
  if (isToken && typeof claims['exp'] === 'number' && claims['exp'] < nowSeconds) {
    note(`the token has expired ${nowSeconds - claims['exp']} s ago; it is decided as if it were fresh`)
  }
  const times = { iat: nowSeconds, nbf: nowSeconds, exp: nowSeconds + 3600 }
  const fresh = Object.entries(times).filter(([name]) => !isToken || Object.hasOwn(claims, name))
  return {
    name: '',
    login: null,
    header,
    claims: { ...claims, ...Object.fromEntries(fresh) },
    roleArn: flags.role,
    sessionName: flags['session-name'],
    durationSeconds: null,
    policyArns: [],
  }
}

function decodeBase64Url(text: string): string {
  return Buffer.from(text, 'base64url').toString('utf8')
}

function jsonObject(text: string): Claims | null {
  try {
    const read = JSON.parse(text) as unknown
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Claims) : null
  } catch {
    return null
  }
}
