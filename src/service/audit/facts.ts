import type { Caller } from '../caller.ts'

/** The request behind an entry, as far as it may be told: never a header, a body or a query (S-25). */
export interface RequestFacts {
  readonly id: string
  readonly clientAddress: string
  readonly userAgent: string
  /** The client's `traceparent` as it was sent; handed on with calls to providers, never written down. */
  readonly traceparent?: string | undefined
}

/** A request on its way, and whether its entry has been written. */
export interface AuditedRequest extends RequestFacts {
  /** Set by the unit of work that wrote the entry; what a failed unit set counts for nothing. */
  noted: boolean
}

/** The facts that an entry may hold beside who, where and when: an allow-list, in the order they are written. */
const factNames = [
  'action',
  'needs',
  'rootName',
  'revision',
  'replacement',
  'session',
  'imports',
  'status',
  'schedule',
  'tag',
  'webhook',
  'changeRequest',
  'for',
  'member',
  'role',
  'team',
  'grants',
  'settings',
  'token',
  'machine',
  'address',
  'seconds',
  'issuer',
  'subject',
  'audience',
  'jti',
  'kid',
  'keyId',
  'count',
  'provider',
  'roleArn',
  'sessionName',
  'stsRequestId',
  'outcome',
  'declaredIn',
  'refusal',
  'shown',
] as const

/** The name of a fact. */
export type FactName = (typeof factNames)[number]

/** Facts about what happened. Never a value, a token or a key. */
export type AuditFacts = { readonly [name in FactName]?: string | number | readonly string[] }

/** What an entry is made of. */
export interface AuditSubject {
  readonly event: string
  readonly organizationId: string
  readonly at: Date
  readonly caller: Pick<Caller, 'actor' | 'token'> | null
  readonly environment: { readonly id: string; readonly project: string; readonly name: string } | null
  readonly request: RequestFacts | null
  readonly facts: AuditFacts
}

const longestText = 512
const longestUserAgent = 256
const longestList = 600

/** The body of an entry: canonical JSON, members in one order, only what the allow-list names. */
export function auditBody(sequence: number, subject: AuditSubject): string {
  const { at, event, organizationId, caller, environment, request, facts } = subject
  const body: Record<string, unknown> = { sequence, at: at.toISOString(), event, organizationId }
  if (caller !== null) {
    body['actorId'] = caller.actor.id
    body['actorLogin'] = caller.actor.login
    body['actorName'] = caller.actor.name
    body['tokenId'] = caller.token.id
    body['tokenName'] = caller.token.name
  }
  if (environment !== null) {
    body['environmentId'] = environment.id
    body['environment'] = `${environment.project}/${environment.name}`
  }
  for (const name of factNames) {
    const fact = facts[name]
    if (fact !== undefined) body[name] = bounded(fact)
  }
  if (request !== null) {
    body['requestId'] = request.id
    body['clientAddress'] = request.clientAddress
    body['userAgent'] = request.userAgent.slice(0, longestUserAgent)
  }
  return JSON.stringify(body)
}

function bounded(fact: string | number | readonly string[]): unknown {
  if (typeof fact === 'string') return fact.slice(0, longestText)
  return typeof fact === 'number'
    ? fact
    : fact.slice(0, longestList).map((text) => text.slice(0, longestText))
}
