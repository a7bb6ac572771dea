import type { Claims, Decision } from '../trust/index.ts'
import type { Caller } from './caller.ts'
import type { Random } from './credentials.ts'
import type { FaultSwitch } from './faults.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import type { Params } from './protocol/params.ts'
import type { Service, XmlRecord } from './protocol/xml.ts'
import type { SandboxState } from './state.ts'

/** What a call tells the decision log beside its outcome. */
export interface Notes {
  readonly roleArn?: string
  readonly roleSessionName?: string
  readonly providerArn?: string
  readonly claims?: Claims
  readonly decision?: Decision
}

/** One call, parsed and authenticated. */
export interface Call {
  readonly params: Params
  /** Who signed it; `null` for an unsigned call. */
  readonly caller: Caller | null
  readonly nowMs: number
  readonly region: string
  readonly sourceIp: string | undefined
  readonly userAgent: string | undefined
  /** Adds to what the decision log keeps of this call. */
  readonly note: (notes: Notes) => void
}

/** What every action works with. */
export interface Parts {
  readonly state: SandboxState
  readonly keys: IssuerKeys
  readonly faults: FaultSwitch
  readonly random: Random
  readonly partition: string
}

/** One operation of the two protocols. */
export interface Action {
  readonly name: string
  readonly service: Service
  /** False for the one call that needs no signature. */
  readonly signed: boolean
  /** How the resource is named when an identity may not do this; absent when no permission is needed. */
  readonly resource?: (params: Params) => string
  /** `null` for an operation without output. @throws AwsRefusal */
  readonly run: (call: Call, parts: Parts) => Promise<XmlRecord | null>
}

/** A signed call of IAM, which needs the permission `iam:<name>` on `resource`. */
export function iamAction(
  name: string,
  resource: (params: Params) => string,
  run: (call: SignedCall, parts: Parts) => Promise<XmlRecord | null>,
): Action {
  return {
    name,
    service: 'iam',
    signed: true,
    resource,
    run: (call, parts) => run(requireCaller(call), parts),
  }
}

/** A call whose signature held. */
export interface SignedCall extends Call {
  readonly caller: Caller
}

/** The dispatcher authenticates signed actions before it runs them; this only tells the compiler. */
export function requireCaller(call: Call): SignedCall {
  if (call.caller === null) throw new Error('a signed action ran without a caller')
  return { ...call, caller: call.caller }
}

/** `role <RoleName>`: AWS's way to name the resource of a call about a role. */
export function roleResource(params: Params): string {
  return `role ${params.get('RoleName') ?? '*'}`
}

/** The resource of a call about an identity provider. */
export function providerResource(params: Params): string {
  return params.get('OpenIDConnectProviderArn') ?? '*'
}
