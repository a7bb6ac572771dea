import type { Random } from './credentials.ts'

/** A tag of a provider or a role. */
export interface Tag {
  readonly key: string
  readonly value: string
}

/** An identity provider object. `url` keeps its scheme; IAM shows it without. */
export interface ProviderRecord {
  readonly arn: string
  readonly account: string
  readonly url: string
  readonly clientIds: readonly string[]
  readonly thumbprints: readonly string[]
  readonly tags: readonly Tag[]
  readonly createdAtSeconds: number
}

/** A role as IAM keeps it. */
export interface RoleRecord {
  readonly arn: string
  readonly account: string
  readonly path: string
  readonly name: string
  readonly id: string
  readonly description: string | null
  readonly maxSessionDurationSeconds: number
  /** The trust policy's text as it was sent. */
  readonly policy: string
  readonly permissionsBoundary: string | null
  readonly tags: readonly Tag[]
  readonly attachedPolicies: readonly string[]
  readonly createdAtSeconds: number
}

/** All that IAM holds at one moment. Never changed in place. */
export interface Snapshot {
  /** By ARN. */
  readonly providers: ReadonlyMap<string, ProviderRecord>
  /** By `<account>/<name>`. */
  readonly roles: ReadonlyMap<string, RoleRecord>
}

/** Where the state's text is kept between runs; without one it lives in memory. */
export interface StateFile {
  readonly load: () => Promise<string | null>
  readonly save: (text: string) => Promise<void>
}

/** The sandbox's state: what IAM sees now, and what STS sees after the propagation delay. */
export interface SandboxState {
  readonly ready: () => Promise<void>
  readonly now: () => Snapshot
  /** The state as it was `delaySeconds` before `nowMs`: eventual consistency. */
  readonly asOf: (nowMs: number, delaySeconds: number) => Snapshot
  readonly change: (nowMs: number, next: Snapshot) => Promise<void>
  readonly reset: (nowMs: number) => Promise<void>
  /** The key under which session tokens are sealed; 32 bytes, kept in the state file. */
  readonly sealingKey: () => Uint8Array
  /** Notes the use of a role, for `RoleLastUsed`; not kept between runs. */
  readonly touchRole: (roleId: string, nowMs: number) => void
  readonly roleLastUsedMs: (roleId: string) => number | null
}

const empty: Snapshot = Object.freeze({ providers: new Map(), roles: new Map() })
/** The longest propagation delay, and so the time for which old snapshots are kept. */
export const maxDelaySeconds = 600

interface Version {
  readonly atMs: number
  readonly snapshot: Snapshot
}

/** The versions somebody may still ask for: those of the last minutes, and the one before them. */
function prune(history: readonly Version[], nowMs: number): readonly Version[] {
  const old = history.findLastIndex((version) => version.atMs <= nowMs - maxDelaySeconds * 1000)
  return old <= 0 ? history : history.slice(old)
}

/** State over an optional file. `ready` must have resolved before anything else is called. */
export function createState(random: Random, file: StateFile | undefined): SandboxState {
  let current = empty
  let key: Uint8Array = random(32)
  let history: readonly Version[] = []
  let loading: Promise<void> | null = null
  let saving: Promise<void> = Promise.resolve()
  const lastUsed = new Map<string, number>()

  const load = async () => {
    const text = file === undefined ? null : await file.load()
    if (text !== null) ({ snapshot: current, key } = parseState(text))
    history = [{ atMs: Number.NEGATIVE_INFINITY, snapshot: current }]
  }
  const store = (nowMs: number, snapshot: Snapshot): Promise<void> => {
    const before = { current, history }
    current = snapshot
    history = prune([...history, { atMs: nowMs, snapshot }], nowMs)
    if (file === undefined) return Promise.resolve()
    // One save at a time and in order; a failed one is told to the call that made it and blocks no other.
    const save = saving.then(() => file.save(formatState(snapshot, key)))
    saving = save.catch(() => {
      // What was not saved did not happen, unless a later change already built on it.
      if (current === snapshot) ({ current, history } = before)
    })
    return save
  }
  return {
    ready: () => (loading ??= load()),
    now: () => current,
    asOf(nowMs, delaySeconds) {
      if (delaySeconds <= 0) return current
      const delayMs = Math.min(delaySeconds, maxDelaySeconds) * 1000
      const seen = history.findLast((entry) => entry.atMs <= nowMs - delayMs)
      return seen?.snapshot ?? empty
    },
    change: store,
    reset(nowMs) {
      lastUsed.clear()
      history = [{ atMs: Number.NEGATIVE_INFINITY, snapshot: empty }]
      return store(nowMs, empty)
    },
    sealingKey: () => key,
    touchRole: (roleId, nowMs) => void lastUsed.set(roleId, nowMs),
    roleLastUsedMs: (roleId) => lastUsed.get(roleId) ?? null,
  }
}

/** The key of a role in `Snapshot.roles`. */
export function roleKey(account: string, name: string): string {
  return `${account}/${name}`
}

/** The snapshot with one provider put in place of another of its ARN. */
export function withProvider(snapshot: Snapshot, provider: ProviderRecord): Snapshot {
  return { ...snapshot, providers: new Map(snapshot.providers).set(provider.arn, Object.freeze(provider)) }
}

/** The snapshot without the provider of this ARN. */
export function withoutProvider(snapshot: Snapshot, arn: string): Snapshot {
  return { ...snapshot, providers: without(snapshot.providers, arn) }
}

/** The snapshot with one role put in place of another of its name. */
export function withRole(snapshot: Snapshot, role: RoleRecord): Snapshot {
  const roles = new Map(snapshot.roles).set(roleKey(role.account, role.name), Object.freeze(role))
  return { ...snapshot, roles }
}

/** The snapshot without the role of this name. */
export function withoutRole(snapshot: Snapshot, account: string, name: string): Snapshot {
  return { ...snapshot, roles: without(snapshot.roles, roleKey(account, name)) }
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const copy = new Map(map)
  copy.delete(key)
  return copy
}

const format = 'openesc-aws-sandbox-1'

function formatState(snapshot: Snapshot, key: Uint8Array): string {
  const state = {
    format,
    warning: 'state of a local sandbox: nothing in here is known to AWS',
    sealingKey: Buffer.from(key).toString('base64'),
    providers: [...snapshot.providers.values()],
    roles: [...snapshot.roles.values()],
  }
  return `${JSON.stringify(state, null, 2)}\n`
}

function parseState(text: string): { snapshot: Snapshot; key: Uint8Array } {
  const problem = (what: string) =>
    new Error(`the sandbox state file ${what}; delete it to start empty, or name another file`)
  let state: Partial<Record<'format' | 'sealingKey', unknown>> & { providers?: unknown; roles?: unknown }
  try {
    state = JSON.parse(text)
  } catch {
    throw problem('is not JSON')
  }
  if (state?.format !== format) throw problem(`does not say \`"format": "${format}"\``)
  const key = Buffer.from(String(state.sealingKey), 'base64')
  if (key.length !== 32 || !Array.isArray(state.providers) || !Array.isArray(state.roles)) {
    throw problem('lacks its sealing key, its providers or its roles')
  }
  const providers = new Map<string, ProviderRecord>()
  for (const provider of state.providers as ProviderRecord[])
    providers.set(provider.arn, Object.freeze(provider))
  const roles = new Map<string, RoleRecord>()
  for (const role of state.roles as RoleRecord[]) {
    roles.set(roleKey(role.account, role.name), Object.freeze(role))
  }
  return { snapshot: Object.freeze({ providers, roles }), key }
}
