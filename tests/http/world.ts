import { createSecretKey } from 'node:crypto'

import {
  checkpointKey,
  createAccessTokenCodec,
  createKeyRing,
  type KeyRing,
  localKeySource,
} from '../../src/crypto/index.ts'
import type { Provider, ProviderSet } from '../../src/eval/index.ts'
import { type App, type AppOptions, createApp } from '../../src/http/index.ts'
import { startEvaluators } from '../../src/programs/evaluators.ts'
import { faultOf } from '../../src/programs/fault.ts'
import { createService, type Service, type ServiceParts } from '../../src/service/index.ts'
import {
  enforceProtection,
  initialiseVault,
  openSqliteStore,
  openVault,
  type Store,
} from '../../src/store/index.ts'
import { refuseCanaries, remember, rememberRequest } from '../canaries.ts'
import { guardedStore } from './guarded-store.ts'

/** A whole server in memory with a clock that only tests move, and the people of two organizations. */
export interface World {
  readonly app: App
  readonly service: Service
  readonly parts: ServiceParts
  /** What wraps its data keys; its service is not told of it. */
  readonly keyRing: KeyRing
  readonly store: Store
  readonly clock: { now: Date }
  /** Tokens by who holds them. */
  readonly tokens: Readonly<Record<Who, string>>
  readonly call: Call
  close(): Promise<void>
}

/** `ada` administers acme, `ben` is a plain member of it, `eve` administers evil; `nobody` sends no token. */
export type Who = 'ada' | 'ben' | 'eve' | 'expired' | 'revoked' | 'wrong' | 'nobody'

export interface CallOptions {
  readonly body?: string | Uint8Array | object
  readonly headers?: Readonly<Record<string, string>>
}

export type Call = (who: Who, request: string, options?: CallOptions) => Promise<Answered>

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; fails when it is none. */
  readonly json: () => Record<string, unknown>
}

const bytesOf = (seed: number) => {
  let state = seed
  return (count: number) => {
    const bytes = new Uint8Array(count)
    for (let index = 0; index < count; index += 1) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      bytes[index] = state >> 16
    }
    return bytes
  }
}

/** Opens to its inputs; counts how often. */
export interface TestProvider extends Provider {
  opened: number
}

export function echoProvider(): TestProvider {
  return {
    opened: 0,
    inputs: true,
    outputs: true,
    async open(inputs) {
      this.opened += 1
      return { value: inputs, trace: { def: { environment: '', begin: zero, end: zero } } }
    },
  }
}

const zero = { line: 0, column: 0, byte: 0 }

/** Parts of the service that a test brings itself; `wrapStore` puts something between service and store. */
export type WorldParts = Partial<ServiceParts> & {
  readonly wrapStore?: (store: Store) => Store
  /** Whether records without a MAC are refused, as on a real server; yes when absent. */
  readonly isProtected?: boolean
}

/** The servers of one test process share the workers that evaluate: starting them takes longer than most tests. */
const evaluator = startEvaluators({ workers: 2, milliseconds: 2_000, heapMebibytes: 128 })

/** A fresh server, in memory or over a new file. Close it at the end. */
export async function createWorld(
  { wrapStore, isProtected = true, ...overrides }: WorldParts = {},
  app: Partial<AppOptions> = {},
  path = ':memory:',
): Promise<World> {
  const clock = { now: new Date('2026-01-02T03:04:05.000Z') }
  const random = bytesOf(7)
  let lastId = 0
  const ids = () => {
    lastId += 1
    return `id-${lastId}`
  }
  const opened = await openSqliteStore({ path, nowMs: () => clock.now.getTime() })
  const store = wrapStore?.(opened) ?? opened
  const keyRing = createKeyRing(
    localKeySource({ id: 'k_test', secret: createSecretKey(random(32)) }, random),
    [],
    random,
  )
  await initialiseVault({ store, keyRing })
  const vault = await openVault({ store, keyRing, nowMs: () => clock.now.getTime(), random })
  const tokens = createAccessTokenCodec(await vault.secret('pepper'), random)
  if (isProtected) await enforceProtection(store, vault, async () => {})
  const parts: ServiceParts = {
    store: guardedStore(store),
    providers: () => providerSet(new Map([['test', echoProvider()]])),
    catalogue: { providers: [{ name: 'test', description: 'gives its inputs back' }], rotators: [] },
    evaluator,
    crypterFor: vault.crypterFor,
    sealer: vault,
    checkpointKey: checkpointKey(await vault.secret('audit-checkpoint')),
    tokens,
    clock: () => clock.now,
    ids,
    ...overrides,
  }
  const service = createService(parts)
  const { token } = await service.bootstrap({ organization: 'acme', login: 'ada', name: 'Ada' })
  const people = await addPeople({ ...parts, store })
  const all = {
    ada: token,
    wrong: `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`,
    nobody: '',
    ...people,
  }
  for (const held of Object.values(all)) remember(held)
  // What the server logs, and what it says when it refuses, is searched for every secret at the end.
  const written: string[] = []
  const made = createApp(service, {
    requestIds: ids,
    ...app,
    log(event) {
      const { error } = event
      written.push(JSON.stringify(error instanceof Error ? { ...event, error: faultOf(error) } : event))
      app.log?.(event)
    },
  })
  return {
    app: made,
    service,
    parts,
    keyRing,
    store,
    clock,
    tokens: all,
    call: caller(made, all, written),
    async close() {
      const trails = await trailsOf(store).catch(() => '')
      await store.close()
      refuseCanaries('a log or a refusal', written.join('\n'))
      refuseCanaries('the trail', trails)
    },
  }
}

/** Providers by name, with the evaluator's own words for others. */
export function providerSet(providers: ReadonlyMap<string, Provider>): ProviderSet {
  return {
    async provider(name) {
      const found = providers.get(name)
      if (found === undefined) throw new Error(`unknown provider ${JSON.stringify(name)}`)
      return found
    },
    async rotator(name) {
      throw new Error(`unknown rotator ${JSON.stringify(name)}`)
    },
  }
}

async function addPeople(
  parts: ServiceParts,
): Promise<Record<'ben' | 'eve' | 'expired' | 'revoked', string>> {
  const nowMs = parts.clock().getTime()
  const made = {
    ben: parts.tokens.make('personal'),
    eve: parts.tokens.make('personal'),
    expired: parts.tokens.make('personal'),
    revoked: parts.tokens.make('personal'),
  }
  await parts.store.change(async (transaction) => {
    const acme = await transaction.organizations.find('acme')
    const ada = await transaction.users.find('ada')
    const evil = { id: 'o-evil', name: 'evil', displayName: 'Evil', avatarUrl: '', createdMs: nowMs }
    await transaction.organizations.insert(evil)
    for (const [login, organizationId, role] of [
      ['ben', acme!.id, 'member'],
      ['eve', evil.id, 'admin'],
    ] as const) {
      await transaction.users.insert({
        id: `u-${login}`,
        login,
        name: login,
        email: '',
        avatarUrl: '',
        siteAdmin: false,
        passwordHash: null,
        createdMs: nowMs,
        disabledMs: null,
      })
      await transaction.memberships.put({ organizationId, userId: `u-${login}`, role, createdMs: nowMs })
    }
    for (const [who, token] of Object.entries(made)) {
      await transaction.tokens.insert({
        id: token.id,
        type: 'personal',
        name: who,
        description: '',
        secretHash: token.secretHash,
        userId: who === 'ben' || who === 'eve' ? `u-${who}` : ada!.id,
        organizationId: null,
        team: null,
        admin: false,
        scopes: null,
        environmentIds: null,
        createdMs: nowMs,
        expiresMs: who === 'expired' ? nowMs - 1 : null,
        lastUsedMs: null,
        revokedMs: who === 'revoked' ? nowMs : null,
      })
    }
  })
  return { ben: made.ben.text, eve: made.eve.text, expired: made.expired.text, revoked: made.revoked.text }
}

/** Every entry of every trail, as it is stored. */
async function trailsOf(store: Store): Promise<string> {
  return await store.read(async ({ organizations, auditEntries }) => {
    const ids = (await organizations.list(null, 100)).items.map(({ id }) => id)
    const found: string[] = []
    for (const id of [...ids, 'server']) {
      for (let after = 0; ; ) {
        const page = await auditEntries.forward(id, after, 1_000)
        found.push(...page.items.map(({ body }) => body))
        after = page.items.at(-1)?.sequence ?? 0
        if (!page.more) break
      }
    }
    return found.join('\n')
  })
}

function caller(app: App, tokens: Readonly<Record<Who, string>>, written: string[]): Call {
  return async (who, request, { body, headers = {} } = {}) => {
    const [method = 'GET', path = '/'] = request.split(' ')
    const sent =
      body === undefined || typeof body === 'string' || body instanceof Uint8Array
        ? body
        : JSON.stringify(body)
    const response = await app.fetch(
      new Request(`http://server.test${path}`, {
        method,
        headers: { ...(who === 'nobody' ? {} : { authorization: `token ${tokens[who]}` }), ...headers },
        ...(sent === undefined ? {} : { body: sent as string }),
      }),
    )
    const text = await response.text()
    rememberRequest(undefined, sent)
    if (response.status >= 400) written.push(`${JSON.stringify([...response.headers])} ${text}`)
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: () => JSON.parse(text) as Record<string, unknown>,
    }
  }
}
