import { sealingKeyId } from '../../crypto/index.ts'
import type { DataKey, Page } from '../../store/index.ts'
import { appendEntries, serverTrail } from '../audit/append.ts'
import type { ServiceParts } from '../parts.ts'
import { secretsOfText } from '../texts.ts'
import type { Home } from '../value-crypters.ts'
import { replacedSealed, unpackSealed } from '../webhook-secrets.ts'
import { draftsOf, homesOf, organizationsOf } from './reseal.ts'

const pageSize = 500
/** For how long after it was retired a key may still be in the hands of a save that is under way. */
export const graceMilliseconds = 15 * 60_000

/**
 * Destroys the data keys that were retired `graceMs` ago or earlier and that nothing is sealed under any more, so that a copy of
 * what was sealed under them opens never again. A server that had one unwrapped looks for its row before each use, and finds none.
 *
 * @returns how many went, and how many retired ones stay: something is sealed under them, or they are too young
 */
export async function sweepDataKeys(
  parts: ServiceParts,
  graceMs: number,
): Promise<{ readonly destroyed: number; readonly kept: number }> {
  const { store } = parts
  const retired = await retiredKeys(parts)
  const beforeMs = parts.clock().getTime() - graceMs
  const old = retired.filter(({ retiredMs }) => retiredMs !== null && retiredMs <= beforeMs)
  if (old.length === 0) return { destroyed: 0, kept: retired.length }
  const used = await keysInUse(parts)
  const unused = old.filter(({ id }) => !used.has(id))
  let destroyed = 0
  for (let from = 0; from < unused.length; from += pageSize) {
    destroyed += await store.change(async (transaction) => {
      let count = 0
      for (const { id } of unused.slice(from, from + pageSize)) {
        if (await transaction.openSessions.isUnder(id)) continue
        if (await transaction.dataKeys.destroy(id)) count += 1
      }
      if (count > 0) await writeDown(transaction, parts, count)
      return count
    })
  }
  return { destroyed, kept: retired.length - destroyed }
}

async function writeDown(
  transaction: Parameters<typeof appendEntries>[0],
  parts: ServiceParts,
  count: number,
): Promise<void> {
  const subject = { event: 'data-keys-destroyed', organizationId: serverTrail, at: parts.clock() }
  await appendEntries(transaction, serverTrail, [
    { ...subject, caller: null, environment: null, request: null, facts: { count } },
  ])
}

async function retiredKeys({ store }: ServiceParts): Promise<readonly DataKey[]> {
  const found: DataKey[] = []
  for (let after: string | null = null; ; ) {
    const from: string | null = after
    const page: Page<DataKey> = await store.read(({ dataKeys }) => dataKeys.list(from, pageSize))
    found.push(...page.items.filter(({ retiredMs }) => retiredMs !== null))
    if (!page.more) return found
    after = page.items.at(-1)!.id
  }
}

/** The data keys that anything which is kept is sealed under; open sessions apart. */
async function keysInUse(parts: ServiceParts): Promise<ReadonlySet<string>> {
  const used = new Set<string>()
  const use = (sealed: Uint8Array) => {
    try {
      used.add(sealingKeyId(sealed))
    } catch {
      // What was altered so far that it names no key needs none.
    }
  }
  for (const organization of await organizationsOf(parts))
    for (const home of await homesOf(parts, organization)) await useOfEnvironment(parts, home, use)
  for (const issuer of ['v1', 'v2'])
    for (const { dataKeyId } of await parts.store.read(({ signingKeys }) => signingKeys.list(issuer)))
      used.add(dataKeyId)
  const own = await parts.store.read(({ settings }) => settings.all('server'))
  for (const [name, value] of own) if (name.startsWith('secret:')) use(Buffer.from(String(value), 'base64'))
  return used
}

async function useOfEnvironment(
  parts: ServiceParts,
  home: Home,
  use: (sealed: Uint8Array) => void,
): Promise<void> {
  const { environment, organization } = home
  const { store } = parts
  for (let number = 1; number <= environment.latest; number += 1) {
    const revision = await store.read(({ revisions }) => revisions.get(environment.id, number))
    if (revision === null) continue
    await useOfText(parts, home, revision.source, use)
    for (const bond of Object.values(JSON.parse(revision.bonds ?? '{}') as object))
      use(Buffer.from(String(bond), 'base64'))
  }
  for (const { id, latestRevision } of await draftsOf(parts, home)) {
    for (let number = 1; number <= latestRevision; number += 1) {
      const draft = await store.read(({ changeRequests }) => changeRequests.draft(id, number))
      if (draft !== null) await useOfText(parts, home, draft.source, use)
    }
  }
  for (const hook of await store.read(({ webhooks }) => webhooks.of(organization.id, environment.id))) {
    const packed = [hook.sealedSecret, await replacedSealed(parts, hook)]
    for (const bytes of packed) if (bytes !== null) use(unpackSealed(bytes).sealed)
  }
}

async function useOfText(
  parts: ServiceParts,
  { organization }: Home,
  source: Uint8Array,
  use: (sealed: Uint8Array) => void,
): Promise<void> {
  const secrets = await secretsOfText(parts, { organization, name: '', source })
  for (const { ciphertext } of secrets) use(ciphertext)
}
