import { AppError } from '../diag/index.ts'
import { partitionOf } from './arn.ts'
import type { Administrator } from './caller.ts'
import { administratorKeyId, defaultAdministratorSecret, type Random } from './credentials.ts'
import { createDecisionLog, type DecisionEntry } from './decision-log.ts'
import { answerCall, type Dispatcher, type RequestLine, type Surroundings } from './dispatch.ts'
import { createFaultSwitch, type Fault } from './faults.ts'
import { type GateSettings, readBody, refuseForeign } from './gate.ts'
import { createIssuerKeys, type Fetch } from './issuer-keys.ts'
import { answerPage } from './pages.ts'
import { createState, type StateFile } from './state.ts'

/** What a sandbox is made of; `options.ts` has the command's view of it. */
export interface SandboxSettings extends GateSettings {
  /** The administrator's account, 12 digits. */
  readonly account?: string | undefined
  readonly region?: string | undefined
  /** Must begin with `AKIASANDBOX`. */
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: string | undefined
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Reads issuers; must not follow redirects when told `redirect: 'manual'`. */
  readonly fetch: Fetch
  readonly random: Random
  readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined
  /** Waits; only the `latency` fault uses it. */
  readonly sleep?: ((milliseconds: number) => Promise<void>) | undefined
  readonly faults?: readonly Fault[] | undefined
  readonly state?: StateFile | undefined
  readonly log?: ((line: RequestLine) => void) | undefined
  readonly allowLinkLocal?: boolean | undefined
  readonly decisionLimit?: number | undefined
  readonly issuerTimeoutMs?: number | undefined
  /** A sandbox refuses to exist in production. */
  readonly production?: boolean | undefined
}

/** A local IAM and STS. */
export interface Sandbox {
  readonly fetch: (request: Request, surroundings?: Surroundings) => Promise<Response>
  /** Newest first. */
  readonly decisions: () => readonly DecisionEntry[]
  /** Forgets providers, roles, decisions and cached keys; faults stay. */
  readonly reset: () => Promise<void>
  /** Loads the state; rejects when its file cannot be used. Calls do this on their own as well. */
  readonly ready: () => Promise<void>
  readonly administrator: Administrator
}

const marks = { 'x-openesc-sandbox': 'aws', server: 'openesc-aws-sandbox', 'cache-control': 'no-store' }

/**
 * A sandbox that answers the IAM and STS Query protocols as AWS does, signatures, trust policies and all.
 *
 * It keeps nothing outside `state`, reads issuers through `fetch` only, and marks every answer and credential.
 *
 * @throws AppError `SANDBOX_NOT_ALLOWED` in production, `REQUEST_INVALID` for a bad account or key id
 */
export function createSandbox(settings: SandboxSettings): Sandbox {
  const administrator = administratorOf(settings)
  const region = settings.region ?? 'us-east-1'
  const parts: Dispatcher['parts'] = {
    state: createState(settings.random, settings.state),
    keys: createIssuerKeys({
      fetch: settings.fetch,
      resolve: settings.resolve,
      allowLinkLocal: settings.allowLinkLocal,
      timeoutMs: settings.issuerTimeoutMs,
    }),
    faults: createFaultSwitch(settings.faults ?? []),
    random: settings.random,
    partition: partitionOf(region),
  }
  const log = createDecisionLog(settings.decisionLimit ?? 200)
  const nowMs = () => settings.now() + parts.faults.valueOf('clock-skew') * 1000
  const reset = async () => {
    log.clear()
    parts.keys.clear()
    await parts.state.ready()
    await parts.state.reset(nowMs())
  }
  const dispatcher: Dispatcher = {
    parts,
    administrator,
    region,
    nowMs,
    record: log.add,
    sleep: settings.sleep,
    log: settings.log,
  }
  const answer = async (request: Request, surroundings?: Surroundings): Promise<Response> => {
    await parts.state.ready()
    const refused = refuseForeign(request, settings)
    if (refused !== null) return marked(refused)
    const body = await readBody(request)
    if (new URL(request.url).pathname.startsWith('/_sandbox/')) {
      const text = Buffer.from(body ?? []).toString('utf8')
      return marked(await answerPage(request, text, { log, faults: parts.faults, reset }))
    }
    return marked(await answerCall(dispatcher, request, body, surroundings))
  }
  return {
    administrator,
    decisions: log.list,
    reset,
    ready: parts.state.ready,
    fetch: answer,
  }
}

function administratorOf(settings: SandboxSettings): Administrator {
  if (settings.production === true) {
    throw new AppError('SANDBOX_NOT_ALLOWED', {
      problems: 'production: production mode is on',
      fix: 'start the sandbox on a developer machine, without production settings',
    })
  }
  const account = settings.account ?? '123456789012'
  if (!/^\d{12}$/.test(account)) {
    const what = `the sandbox account must have 12 digits, got \`${account.slice(0, 40)}\``
    throw new AppError('REQUEST_INVALID', { what, hint: 'pass an account such as 123456789012' })
  }
  const accessKeyId = settings.accessKeyId || administratorKeyId(account)
  if (!/^AKIASANDBOX[A-Z2-7]{9}$/.test(accessKeyId)) {
    const what = 'the access key id of the sandbox must be `AKIASANDBOX` and 9 characters of A-Z and 2-7'
    throw new AppError('REQUEST_INVALID', {
      what,
      hint: 'leave it out, or keep real keys out of the sandbox',
    })
  }
  return { account, accessKeyId, secretAccessKey: settings.secretAccessKey || defaultAdministratorSecret }
}

function marked(response: Response): Response {
  for (const [name, value] of Object.entries(marks)) response.headers.set(name, value)
  return response
}
