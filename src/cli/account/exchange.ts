import { connect } from '../../client/index.ts'
import { decodeUtf8 } from '../../value/index.ts'
import { type Duration, hours, parseDuration, toSeconds } from '../duration.ts'
import { Failure, prefixed } from '../failure.ts'
import { readSource } from '../read-source.ts'
import type { World } from '../world.ts'
import { connectionTo, type LoginContext } from './session.ts'

/** What an identity token is exchanged for. */
export interface Exchange {
  /** A JWT, or `file://<path>`. */
  readonly token: string
  readonly organization: string
  readonly team: string
  readonly user: string
  /** In Go's notation; `''` = two hours. */
  readonly expiration: string
  readonly world: World
}

const tokenType = 'urn:pulumi:token-type:access_token:'

/** The access token that the server gives for an identity token. `expiresAt` is RFC 3339, `''` when not told. */
export async function exchangeToken(
  context: LoginContext,
  exchange: Exchange,
): Promise<{ token: string; expiresAt: string }> {
  const { team, user, world } = exchange
  if (exchange.token === '') throw new Failure('oidc token must be specified for token exchange')
  if (world.processEnv['PULUMI_ACCESS_TOKEN']) {
    throw new Failure('cannot perform token exchange when an access token is set as environment variable')
  }
  if (team !== '' && user !== '')
    throw new Failure('only one of team or user may be specified for token exchange')
  const jwt = await readToken(exchange)
  const organization = exchange.organization || organizationOf(jwt)
  if (organization === '') throw new Failure('organization must be specified for token exchange')
  const expiration = await readExpiration(exchange.expiration)
  const api = connect(connectionTo(world, context.backend, { accessToken: '', insecure: context.insecure }))
  const kind = team !== '' ? 'team' : user !== '' ? 'personal' : 'organization'
  const { accessToken, expiresInSeconds } = await prefixed('OIDC token exchange failed', () =>
    api.exchangeToken({
      audience: `urn:pulumi:org:${organization}`,
      subjectToken: jwt,
      requestedTokenType: tokenType + kind,
      scope: team !== '' ? `team:${team}` : user !== '' ? `user:${user}` : '',
      expirationSeconds: toSeconds(expiration),
    }),
  )
  const expires = world.clock.now() + expiresInSeconds * 1000
  return { token: accessToken, expiresAt: expiresInSeconds > 0 ? new Date(expires).toISOString() : '' }
}

async function readExpiration(text: string): Promise<Duration> {
  return prefixed('could not parse expiration duration', async () =>
    text === '' ? hours(2) : parseDuration(text),
  )
}

async function readToken({ token, world }: Exchange): Promise<string> {
  const text = token.startsWith('file://')
    ? decodeUtf8(await readSource(world, token.slice('file://'.length))).trim()
    : token
  if (/^[\w-]+\.[\w-]+\.[\w-]*$/.test(text)) return text
  // What was given may be a secret, so only its form is told.
  throw new Failure(
    `must be JWT or 'file://filepath'. Got '${token.startsWith('file://') ? token : `${token.length} characters`}'`,
  )
}

/** The organization that a token's audience names (`urn:pulumi:org:<name>`), or `''`. Nothing is verified here. */
function organizationOf(jwt: string): string {
  try {
    const claims = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as {
      aud?: unknown
    }
    const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
    const found = audiences.find(
      (audience) => typeof audience === 'string' && audience.startsWith('urn:pulumi:org:'),
    )
    return found === undefined ? '' : String(found).slice('urn:pulumi:org:'.length)
  } catch {
    return ''
  }
}
