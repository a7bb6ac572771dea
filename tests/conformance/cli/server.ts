import { createHash } from 'node:crypto'
import type { FetchLike } from '../../../src/client/index.ts'
import type { Provider, ProviderSet } from '../../../src/eval/index.ts'
import { loadDefinition, namedEnvironments } from '../../../src/expr/index.ts'
import { createApp } from '../../../src/http/index.ts'
import { gatesSetting } from '../../../src/service/approvals.ts'
import { createService, hashContent, type ServiceParts } from '../../../src/service/index.ts'
import { insertRevision } from '../../../src/service/references.ts'
import { type Actor, openSqliteStore, type Store, type Transaction } from '../../../src/store/index.ts'
import { quote } from '../../../src/value/index.ts'
import { plain, rot128 } from '../plug-ins.ts'
import type { Plain, SeedEnvironment, SeedRevision, Transcript } from './transcript.ts'
import { realEvent } from './wire-ids.ts'

/** A whole server in memory that answers one transcript. */
export interface TestServer {
  readonly fetch: FetchLike
  /** The ids of the seeded drafts, by `org/project/name`. */
  readonly drafts: ReadonlyMap<string, string>
  readonly close: () => Promise<void>
}

const hour = 3_600_000
const tester: Actor = { id: 'u-test-tester', login: 'test-tester', name: 'Test Tester' }
const pulumipus: Actor = { id: 'u-pulumipus', login: 'pulumipus', name: 'pulumipus' }
const tagTime = Date.parse('2024-07-29T12:30:00Z')
const tokenHash = createHash('sha256').update('access-token').digest()
const userId = 'u-test-user'

/** A server seeded for a transcript: straight into the store, so that nothing is checked or sealed on the way. */
export async function createServer(transcript: Transcript, nowMilliseconds: number): Promise<TestServer> {
  const store = await openSqliteStore({ path: ':memory:', nowMs: () => nowMilliseconds })
  let lastId = 0
  const ids = () => {
    lastId += 1
    return `00000000-0000-4000-8000-${String(lastId).padStart(12, '0')}`
  }
  const drafts = new Map<string, string>()
  await store.change((transaction) => seed(transaction, transcript, ids, drafts))
  const service = createService(partsOf(store, ids, nowMilliseconds))
  const app = createApp(service, { requestIds: ids })
  return { fetch: (request) => app.fetch(request), drafts, close: () => store.close() }
}

function partsOf(store: Store, ids: () => string, nowMilliseconds: number): ServiceParts {
  const sealed = new Map<string, Uint8Array>()
  return {
    store,
    providers: plugIns,
    catalogue: { providers: [], rotators: [] },
    crypterFor: () => rot128,
    sealer: {
      seal: async (_owner, _purpose, plaintext) => ({ sealed: plaintext, dataKeyId: 'k' }),
      open: async (_owner, _purpose, { sealed }) => sealed,
    },
    tokens: {
      read: (text) => (text === 'access-token' ? { id: 't-test', secretHash: tokenHash } : null),
      make: () => ({ text: 'access-token', id: `t-${sealed.size}`, secretHash: tokenHash }),
    },
    clock: () => new Date(nowMilliseconds),
    ids,
    context: () => ({}),
    sendHook: async () => ({ status: 200, headers: '', body: '' }),
    // One entry a page: every list is then read page by page.
    pageSize: 1,
  }
}

/** Four providers, all the same: they open to their inputs. */
function plugIns(): ProviderSet {
  const echo: Provider = { inputs: true, outputs: true, open: async (inputs) => plain(inputs) }
  return {
    async provider(name) {
      if (['test', 'aws-login', 'azure-login', 'gcp-login'].includes(name)) return echo
      throw new Error(`unknown provider ${quote(name)}`)
    },
    async rotator(name) {
      throw new Error(`unknown rotator ${quote(name)}`)
    },
  }
}

async function seed(
  transaction: Transaction,
  transcript: Transcript,
  ids: () => string,
  drafts: Map<string, string>,
): Promise<void> {
  await transaction.users.insert({
    id: userId,
    login: 'test-user',
    name: 'Test User',
    email: '',
    avatarUrl: '',
    siteAdmin: false,
    passwordHash: null,
    createdMs: 0,
    disabledMs: null,
  })
  await transaction.tokens.insert({
    id: 't-test',
    type: 'personal',
    name: 'test',
    description: '',
    secretHash: tokenHash,
    userId,
    organizationId: null,
    team: null,
    admin: false,
    scopes: null,
    environmentIds: null,
    createdMs: 0,
    expiresMs: null,
    lastUsedMs: null,
    revokedMs: null,
  })
  const names = [...transcript.environments.keys()].map((name) => name.split('/')[0] ?? '')
  for (const name of new Set(['test-org', 'test-org-2', 'test-user', ...names]))
    await seedOrganization(transaction, name)
  const isGated = /\besc env open-request\b/.test(transcript.script)
  for (const [name, environment] of transcript.environments) {
    if (!name.endsWith('_DRAFT')) await seedEnvironment(transaction, name, environment, ids, isGated)
  }
  for (const [name, environment] of transcript.environments) {
    if (!name.endsWith('_DRAFT')) continue
    const owner = name.slice(0, -'_DRAFT'.length)
    drafts.set(owner, await seedDraft(transaction, owner, environment, ids))
  }
}

async function seedOrganization(transaction: Transaction, name: string): Promise<void> {
  const organization = { id: `o-${name}`, name, displayName: name, avatarUrl: '', createdMs: 0 }
  await transaction.organizations.insert(organization)
  await transaction.memberships.put({ organizationId: organization.id, userId, role: 'admin', createdMs: 0 })
}

const emptyRevision: SeedRevision = { text: '', tags: [], retracted: null }

async function seedEnvironment(
  transaction: Transaction,
  fullName: string,
  { revisions, tags, webhooks, schedules }: SeedEnvironment,
  ids: () => string,
  isGated: boolean,
): Promise<void> {
  const [organization = '', project = '', name = ''] = fullName.split('/')
  const projectId = `p-${organization}/${project}`
  await transaction.projects.insert({
    id: projectId,
    organizationId: `o-${organization}`,
    name: project,
    createdMs: 0,
  })
  const id = ids()
  const all = [emptyRevision, ...revisions]
  await transaction.environments.insert({
    id,
    projectId,
    name,
    latest: all.length,
    ownedBy: tester,
    deletionProtected: false,
    createdMs: hour,
    modifiedMs: all.length * hour,
  })
  for (const [at, revision] of all.entries()) await seedRevision(transaction, id, at + 1, revision)
  for (const [tag, value] of tags) {
    const times = { editor: pulumipus, createdMs: tagTime, modifiedMs: tagTime }
    await transaction.environmentTags.insert({ environmentId: id, name: tag, value, ...times })
  }
  const owner = { organizationId: `o-${organization}`, environmentId: id }
  for (const hook of webhooks) await seedWebhook(transaction, owner, hook as Record<string, Plain>, ids)
  for (const schedule of schedules) await seedSchedule(transaction, owner, schedule as Record<string, Plain>)
  if (isGated) await transaction.settings.put(id, gatesSetting, [openGate])
}

/** A gate that lets nobody open without approval: without one there is nothing to request. */
const openGate = { id: 'g', name: 'open', enabled: true, action: 'open', approvals: 1, selfApproval: false }

interface Owner {
  readonly organizationId: string
  readonly environmentId: string
}

async function seedWebhook(
  transaction: Transaction,
  owner: Owner,
  hook: Record<string, Plain>,
  ids: () => string,
): Promise<void> {
  const filters = Array.isArray(hook['filters']) ? hook['filters'].map((name) => realEvent(String(name))) : []
  await transaction.webhooks.insert({
    ...owner,
    id: ids(),
    name: String(hook['name']),
    displayName: String(hook['display-name'] ?? ''),
    payloadUrl: String(hook['payload-url'] ?? ''),
    format: String(hook['format'] ?? 'raw'),
    active: hook['active'] === 'true',
    filters,
    groups: [],
    sealedSecret: hook['has-secret'] === 'true' ? new Uint8Array(1) : null,
    createdMs: hour,
    modifiedMs: hour,
    failingSinceMs: null,
  })
}

async function seedSchedule(
  transaction: Transaction,
  owner: Owner,
  schedule: Record<string, Plain>,
): Promise<void> {
  const time = (key: string) => (schedule[key] ? Date.parse(String(schedule[key])) : null)
  await transaction.schedules.insert({
    ...owner,
    id: String(schedule['id']),
    kind: String(schedule['kind'] ?? 'environment_rotation'),
    paused: schedule['paused'] === 'true',
    cron: schedule['schedule-cron'] ? String(schedule['schedule-cron']) : null,
    onceMs: time('schedule-once'),
    environmentPath: String(schedule['path'] ?? ''),
    owner: tester,
    createdMs: time('created') ?? hour,
    modifiedMs: time('modified') ?? hour,
    lastExecutedMs: time('last-executed'),
    nextExecutionMs: time('next-execution'),
  })
}

async function seedRevision(
  transaction: Transaction,
  environmentId: string,
  number: number,
  { text, tags, retracted }: SeedRevision,
): Promise<void> {
  const source = Buffer.from(text)
  const { definition } = loadDefinition('', source)
  const revision = {
    environmentId,
    number,
    source,
    contentHash: hashContent(source),
    bonds: null,
    creator: tester,
    createdMs: number * hour,
    retraction: retracted === null ? null : { ...retracted, by: tester, atMs: number * hour },
    sourceChangeRequest: null,
  }
  await insertRevision(transaction, revision, definition === null ? [] : namedEnvironments(definition))
  for (const name of tags) {
    const times = { editor: tester, createdMs: number * hour, modifiedMs: number * hour }
    await transaction.revisionTags.insert({ environmentId, name, revision: number, ...times })
  }
}

/** Stores the last text as the draft of an environment, which is made when it is not seeded itself. Gives the draft's id. */
async function seedDraft(
  transaction: Transaction,
  fullName: string,
  draft: SeedEnvironment,
  ids: () => string,
): Promise<string> {
  const [organization = '', project = '', name = ''] = fullName.split('/')
  const find = () => transaction.environments.find(`o-${organization}`, project, name)
  if ((await find()) === null) {
    const empty = { revisions: [], tags: new Map(), webhooks: [], schedules: [], referrers: null }
    await seedEnvironment(transaction, fullName, empty, ids, false)
  }
  const environment = await find()
  const source = Buffer.from(draft.revisions.at(-1)?.text ?? '')
  const id = ids()
  const creator = { id: userId, login: 'test-user', name: 'Test User' }
  await transaction.changeRequests.insert({
    id,
    organizationId: `o-${organization}`,
    environmentId: environment?.id ?? '',
    action: 'update',
    status: 'draft',
    description: '',
    createdBy: creator,
    baseRevision: environment?.latest ?? 1,
    latestRevision: 1,
    createdMs: hour,
    modifiedMs: hour,
  })
  await transaction.changeRequests.insertDraft({
    changeRequestId: id,
    number: 1,
    source,
    contentHash: hashContent(source),
    creator,
    createdMs: hour,
  })
  return id
}
