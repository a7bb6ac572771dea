import type { ChainedEntry } from '../../crypto/index.ts'
import { Failure } from '../failure.ts'
import { jsonOf } from './trail.ts'

/** A token that the issuer signed, as the trail tells it, and what became of it. */
export interface LedgerToken {
  readonly jti: string
  readonly issuer: string
  readonly audience: string
  readonly subject: string
  readonly environment: string
  readonly actor: string
  readonly atMs: number
  readonly endsMs: number
  readonly exchanges: readonly LedgerExchange[]
}

interface LedgerExchange {
  readonly roleArn: string
  readonly sessionName: string
  readonly stsRequestId: string | null
  readonly outcome: string
}

/** One `AssumeRoleWithWebIdentity` that the account's own log tells of. */
export interface CloudLogin {
  readonly requestId: string
  readonly atMs: number
  readonly provider: string
  readonly subject: string
  readonly audience: string
  readonly roleArn: string
  readonly sessionName: string
  readonly errorCode: string | null
}

/** A login of the account's log with the token that it was bought with; null = this server signed no such token. */
export interface MatchedLogin {
  readonly login: CloudLogin
  readonly token: LedgerToken | null
  readonly by: 'request id' | 'claims' | null
}

/** What holding the two logs against each other found. */
export interface Reconciliation {
  readonly matched: readonly MatchedLogin[]
  /** Logins with a token of our issuer that we never signed: somebody else has our keys, or entries are missing. */
  readonly unknown: readonly CloudLogin[]
  /** Tokens that bought credentials, of which the account's log tells nothing: another account, region, or a late log. */
  readonly unseen: readonly LedgerToken[]
  /** Logins through other issuers. */
  readonly others: number
}

/** Collects the minted tokens of a trail. */
export async function ledgerOf(entries: AsyncIterable<ChainedEntry>): Promise<readonly LedgerToken[]> {
  const tokens = new Map<string, LedgerToken & { exchanges: LedgerExchange[] }>()
  for await (const entry of entries) {
    if (!entry.body.includes('"environment-oidc-token-')) continue
    const body = jsonOf(entry.body, `entry #${entry.sequence}`) as { readonly [fact: string]: unknown }
    const jti = String(body['jti'])
    if (body['event'] === 'environment-oidc-token-issued') {
      const atMs = Date.parse(String(body['at']))
      tokens.set(jti, {
        jti,
        issuer: String(body['issuer']),
        audience: String(body['audience']),
        subject: String(body['subject']),
        environment: String(body['environment'] ?? '<yaml>'),
        actor: String(body['actorLogin'] ?? ''),
        atMs,
        endsMs: atMs + Number(body['seconds']) * 1_000,
        exchanges: [],
      })
    } else if (body['event'] === 'environment-oidc-token-exchanged') {
      tokens.get(jti)?.exchanges.push({
        roleArn: String(body['roleArn']),
        sessionName: String(body['sessionName']),
        stsRequestId: typeof body['stsRequestId'] === 'string' ? body['stsRequestId'] : null,
        outcome: String(body['outcome']),
      })
    }
  }
  return [...tokens.values()]
}

type Json = { readonly [member: string]: unknown }

/** The web identity logins of a CloudTrail file: one record a line, or a document with `Records`. */
export function cloudLoginsIn(text: string, name: string): readonly CloudLogin[] {
  return recordsIn(text, name)
    .filter((record) => record['eventName'] === 'AssumeRoleWithWebIdentity')
    .map((record) => {
      const identity = memberOf(record, 'userIdentity')
      const parameters = memberOf(record, 'requestParameters')
      const response = memberOf(record, 'responseElements')
      const provider = textOf(response['provider']) || textOf(identity['identityProvider'])
      const principal = textOf(identity['principalId'])
      const subject = textOf(response['subjectFromWebIdentityToken']) || textOf(identity['userName'])
      const prefix = `${provider}:`
      const audience =
        textOf(response['audience']) ||
        (principal.startsWith(prefix) && principal.endsWith(`:${subject}`)
          ? principal.slice(prefix.length, principal.length - subject.length - 1)
          : '')
      return {
        requestId: textOf(record['requestID']),
        atMs: Date.parse(textOf(record['eventTime'])),
        provider,
        subject,
        audience,
        roleArn: textOf(parameters['roleArn']),
        sessionName: textOf(parameters['roleSessionName']),
        errorCode: textOf(record['errorCode']) || null,
      }
    })
}

function recordsIn(text: string, name: string): readonly Json[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const whole = wholeDocument(text)
  if (whole !== null) return whole
  return lines.flatMap((line, index) => {
    const value = jsonOf(line, `${name} line ${index + 1}`) as Json
    return Array.isArray(value['Records']) ? (value['Records'] as Json[]) : [value]
  })
}

function wholeDocument(text: string): readonly Json[] | null {
  try {
    const value = JSON.parse(text) as Json | readonly Json[]
    if (Array.isArray(value)) return value as readonly Json[]
    const records = (value as Json)['Records']
    return Array.isArray(records) ? (records as Json[]) : [value as Json]
  } catch {
    return null
  }
}

function memberOf(record: Json, name: string): Json {
  const member = record[name]
  return typeof member === 'object' && member !== null ? (member as Json) : {}
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Clocks differ, and logs round to seconds. */
const slackMilliseconds = 60_000

/**
 * Holds the account's logins against the tokens of a trail: first by the request id that STS gave both of us, else by claims,
 * time, role and session name. A login counts as ours when its provider is one of `issuers` (host and path).
 */
export function reconcile(
  ledger: readonly LedgerToken[],
  logins: readonly CloudLogin[],
  issuers: readonly string[],
): Reconciliation {
  const known = new Set([...issuers, ...ledger.map(({ issuer }) => issuer)].map(withoutScheme))
  if (known.size === 0) throw new Failure('no issuer is known: the trail has no token; name it with --issuer')
  const ours = logins.filter(({ provider }) => known.has(providerPath(provider)))
  const byRequest = new Map(
    ledger.flatMap((token) =>
      token.exchanges.flatMap(({ stsRequestId }) =>
        stsRequestId === null ? [] : [[stsRequestId, token] as const],
      ),
    ),
  )
  const used = new Set<LedgerToken>()
  const matched: MatchedLogin[] = []
  const unknown: CloudLogin[] = []
  const rest: CloudLogin[] = []
  for (const login of ours) {
    const token = byRequest.get(login.requestId)
    if (token === undefined || !saysTheSame(token, login)) rest.push(login)
    else {
      used.add(token)
      matched.push({ login, token, by: 'request id' })
    }
  }
  for (const login of rest) {
    // Each token stands for one login: a second one with the same claims needs a token of its own.
    const token = ledger.find((candidate) => !used.has(candidate) && couldBe(candidate, login))
    if (token === undefined) unknown.push(login)
    else {
      used.add(token)
      matched.push({ login, token, by: 'claims' })
    }
  }
  const unseen = ledger.filter(
    (token) => !used.has(token) && token.exchanges.some(({ outcome }) => outcome === 'succeeded'),
  )
  return { matched, unknown, unseen, others: logins.length - ours.length }
}

function saysTheSame(token: LedgerToken, { subject, audience }: CloudLogin): boolean {
  return token.subject === subject && (audience === '' || token.audience === audience)
}

function couldBe(token: LedgerToken, login: CloudLogin): boolean {
  const inTime =
    login.atMs >= token.atMs - slackMilliseconds && login.atMs <= token.endsMs + slackMilliseconds
  const toRole =
    token.exchanges.length === 0 ||
    token.exchanges.some(
      ({ roleArn, sessionName }) => roleArn === login.roleArn && sessionName === login.sessionName,
    )
  return inTime && toRole && saysTheSame(token, login)
}

/** `arn:aws:iam::123456789012:oidc-provider/host/path` or `host/path` as `host/path`. */
function providerPath(provider: string): string {
  return withoutScheme(provider.replace(/^arn:[^:]+:iam::\d{12}:oidc-provider\//, ''))
}

function withoutScheme(issuer: string): string {
  return issuer.replace(/^https?:\/\//, '')
}
