import type { Call, Notes, Parts } from './action.ts'
import { findAction, serviceOf } from './actions.ts'
import { type Administrator, authenticate, type Caller, sessionOf } from './caller.ts'
import { newRequestId } from './credentials.ts'
import type { DecisionEntry } from './decision-log.ts'
import { maxBodyBytes } from './gate.ts'
import { requirePermission } from './permission.ts'
import { AwsRefusal } from './protocol/aws-refusal.ts'
import { type Params, parseParams } from './protocol/params.ts'
import { renderError, renderSuccess, type Service, type XmlRecord } from './protocol/xml.ts'
import { readSignature, type WireRequest } from './sigv4.ts'

/** One line of the request log. Never a token, a secret or a key. */
export interface RequestLine {
  readonly requestId: string
  readonly action: string
  readonly status: number
  /** AWS's error code, `null` for a success. */
  readonly code: string | null
  /** Id of the explanation at `/_sandbox/decisions/<id>`. */
  readonly decision: string | null
  readonly reasonCode: string | null
}

/** Where a request came from, in the shape the node server hands along. */
export interface Surroundings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string | undefined } } | undefined
}

/** What answering a call needs. */
export interface Dispatcher {
  readonly parts: Parts
  readonly administrator: Administrator
  readonly region: string
  readonly nowMs: () => number
  readonly record: (entry: DecisionEntry) => void
  readonly sleep: ((milliseconds: number) => Promise<void>) | undefined
  readonly log: ((line: RequestLine) => void) | undefined
}

/** What a call has shown of itself so far, for the log. */
interface Progress {
  service: Service
  action: string
  caller: Caller | null
  notes: Notes
}

/** The XML answer of one call of the Query protocol; `body` null when it was too long. */
export async function answerCall(
  dispatcher: Dispatcher,
  request: Request,
  body: Uint8Array | null,
  surroundings: Surroundings | undefined,
): Promise<Response> {
  const { parts } = dispatcher
  const requestId = newRequestId(parts.random)
  const delay = parts.faults.take('latency')
  if (delay !== null) await dispatcher.sleep?.(delay)
  const progress: Progress = { service: 'sts', action: '', caller: null, notes: {} }
  let refusal: AwsRefusal | null = null
  let result: XmlRecord | null = null
  try {
    result = await runCall(dispatcher, request, body, surroundings, progress)
  } catch (error) {
    refusal = error instanceof AwsRefusal ? error : sandboxFailure(error)
  }
  const decision = record(dispatcher, requestId, progress, refusal)
  const status = refusal?.status ?? 200
  dispatcher.log?.({
    requestId,
    action: progress.action,
    status,
    code: refusal?.code ?? null,
    decision: decision?.id ?? null,
    reasonCode: decision?.reasonCode ?? null,
  })
  const xml =
    refusal === null
      ? renderSuccess(progress.service, progress.action, result, requestId)
      : renderError(progress.service, refusal, requestId)
  const headers = new Headers({
    'content-type': 'text/xml',
    'x-amzn-requestid': requestId,
    date: new Date(dispatcher.nowMs()).toUTCString(),
  })
  if (decision !== null) headers.set('x-sandbox-decision', decision.id)
  return new Response(xml, { status, headers })
}

/** Something of the sandbox itself broke, such as the disk under its state file. */
function sandboxFailure(error: unknown): AwsRefusal {
  const text = 'The request processing has failed because of an unknown error.'
  return new AwsRefusal('InternalFailure', 500, text, {
    reasonCode: 'SANDBOX_FAILURE',
    reason: `the sandbox itself failed: ${error instanceof Error ? error.message : 'unknown error'}`,
    suggestion: 'look at the state file and the disk it is on; report this when they are well',
  })
}

async function runCall(
  dispatcher: Dispatcher,
  request: Request,
  body: Uint8Array | null,
  surroundings: Surroundings | undefined,
  progress: Progress,
): Promise<XmlRecord | null> {
  const { parts } = dispatcher
  const wire = readWire(request, body)
  const params = readParams(wire)
  progress.service = serviceOf(params)
  progress.action = (params.get('Action') ?? '').slice(0, 128)
  const action = findAction(params)
  const nowMs = dispatcher.nowMs()
  progress.caller = action.signed
    ? authenticateCall(dispatcher, wire, action.service, nowMs)
    : refuseStaleToken(dispatcher, wire, nowMs)
  parts.faults.refuse(action.service, progress.caller?.account ?? dispatcher.administrator.account)
  if (progress.caller !== null && action.resource !== undefined) {
    const permission = `${action.service}:${action.name}`
    requirePermission(progress.caller, permission, action.resource(params), parts.state.now())
  }
  const address = surroundings?.incoming?.socket?.remoteAddress
  const call: Call = {
    params,
    caller: progress.caller,
    nowMs,
    region: dispatcher.region,
    sourceIp: address?.replace(/^::ffff:(?=\d+\.)/, ''),
    userAgent: request.headers.get('user-agent')?.slice(0, 1024) ?? undefined,
    note: (notes) => {
      progress.notes = { ...progress.notes, ...notes }
    },
  }
  return action.run(call, parts)
}

function readWire(request: Request, body: Uint8Array | null): WireRequest {
  if (body === null) {
    throw new AwsRefusal('RequestEntityTooLarge', 413, 'Request body is too large.', {
      reasonCode: 'BODY_TOO_LARGE',
      reason: `the body has more than ${maxBodyBytes} bytes`,
      suggestion: 'send a smaller request',
    })
  }
  const url = new URL(request.url)
  const headers = new Headers(request.headers)
  if (!headers.has('host')) headers.set('host', url.host)
  return { method: request.method, path: url.pathname, query: url.search.slice(1), headers, body }
}

/** Parameters come from the query and, of a POST, from a form body, which outranks the query. */
function readParams(wire: WireRequest): Params {
  const query = parseParams(wire.query)
  const type = wire.headers.get('content-type') ?? ''
  if (wire.method !== 'POST' || !/^application\/x-www-form-urlencoded\b/i.test(type)) return query
  return new Map([...query, ...parseParams(Buffer.from(wire.body).toString('utf8'))])
}

function authenticateCall(
  dispatcher: Dispatcher,
  wire: WireRequest,
  service: Service,
  nowMs: number,
): Caller {
  const signature = readSignature(wire)
  if (signature === null) {
    throw new AwsRefusal('MissingAuthenticationToken', 403, 'Request is missing Authentication Token', {
      reasonCode: 'UNSIGNED',
      reason: 'this call must be signed with Signature Version 4, in the Authorization header or the query',
      suggestion: 'sign with the administrator key pair that the sandbox prints at its start',
    })
  }
  return authenticate(wire, signature, service, {
    administrator: dispatcher.administrator,
    sealingKey: dispatcher.parts.state.sealingKey(),
    partition: dispatcher.parts.partition,
    nowMs,
  })
}

/** The unsigned call ignores an Authorization header, but a session token that is not good spoils it. */
function refuseStaleToken(dispatcher: Dispatcher, wire: WireRequest, nowMs: number): null {
  const token = wire.headers.get('x-amz-security-token')
  if (token !== null) sessionOf(dispatcher.parts.state.sealingKey(), null, token, nowMs)
  return null
}

/** Notes what was decided: every refusal, and every session that was started. */
function record(
  dispatcher: Dispatcher,
  requestId: string,
  progress: Progress,
  refusal: AwsRefusal | null,
): DecisionEntry | null {
  const { notes, caller, action } = progress
  const decision = refusal?.explanation?.decision ?? notes.decision ?? null
  if (refusal === null && decision === null) return null
  const entry: DecisionEntry = {
    id: newRequestId(dispatcher.parts.random),
    requestId,
    at: new Date(dispatcher.nowMs()).toISOString(),
    action,
    effect: refusal === null ? 'allow' : refusal.code === 'AccessDenied' ? 'deny' : 'error',
    reasonCode:
      refusal === null
        ? (decision?.reasonCode ?? 'ALLOWED')
        : (refusal.explanation?.reasonCode ?? refusal.code),
    reason: refusal === null ? (decision?.reason ?? '') : (refusal.explanation?.reason ?? refusal.message),
    suggestion: refusal?.explanation?.suggestion ?? '',
    error: refusal === null ? null : { code: refusal.code, status: refusal.status, message: refusal.message },
    caller: caller?.arn ?? null,
    roleArn: notes.roleArn ?? null,
    roleSessionName: notes.roleSessionName ?? null,
    providerArn: notes.providerArn ?? null,
    claims: notes.claims ?? null,
    decision,
  }
  dispatcher.record(entry)
  return entry
}
