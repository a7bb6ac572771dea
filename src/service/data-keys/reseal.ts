import { sealingKeyId } from '../../crypto/index.ts'
import { AppError } from '../../diag/index.ts'
import type { Environment, Organization, Page, Revision } from '../../store/index.ts'
import { formatName } from '../names.ts'
import type { ServiceParts } from '../parts.ts'
import { hashContent } from '../revision-lookup.ts'
import { resealText, secretsOfText } from '../texts.ts'
import { type Home, storable, textOf } from '../value-crypters.ts'
import { packSealed, resealReplacedSecret, unpackSealed, webhookPurpose } from '../webhook-secrets.ts'

/** What sealing anew did: how many values and texts, and what could not be opened. */
export interface Resealed {
  readonly values: number
  readonly failed: readonly string[]
}

/**
 * Seals everything of an environment under its current data key: every revision, drafts, the secrets of webhooks (S-06).
 * What is sealed so already is left alone, so that it may be stopped and run again at any point. A text with a value that
 * does not open stays as it is, and is named.
 */
export async function resealEnvironment(parts: ServiceParts, home: Home): Promise<Resealed> {
  const { environment } = home
  const failed: string[] = []
  let values = 0
  const take = async (what: string, work: () => Promise<number>) => {
    try {
      values += await work()
    } catch (error) {
      // The key itself is away: nothing can be said of the value.
      if (error instanceof AppError && error.kind === 'unavailable') throw error
      failed.push(`${formatName(environment)} ${what}`)
    }
  }
  for (let number = 1; ; number += 1) {
    let isThere = true
    await take(`revision ${number}`, async () => {
      const revision = await parts.store.read(({ revisions }) => revisions.get(environment.id, number))
      isThere = revision !== null
      return revision === null ? 0 : await resealRevision(parts, home, revision)
    })
    if (!isThere) break
  }
  for (const { id, latestRevision } of await draftsOf(parts, home)) {
    for (let number = 1; number <= latestRevision; number += 1)
      await take(`draft ${id}`, () => resealDraft(parts, home, id, number))
  }
  await take('webhooks', () => resealWebhooks(parts, home))
  return { values, failed }
}

/** Tries again when the row changed meanwhile, as it does when two do the same. */
async function resealRevision(parts: ServiceParts, home: Home, revision: Revision): Promise<number> {
  const { environment, organization } = home
  const crypter = parts.crypterFor(environment, organization, { revision: revision.number })
  const name = `${environment.project}/${environment.name}`
  const text = { organization, name, source: revision.source }
  const secrets = await secretsOfText(parts, text)
  const isCurrent = async (ciphertext: Uint8Array) => (await crypter.isCurrent?.(ciphertext)) ?? true
  const stale = await anyOf(secrets, ({ ciphertext }) => isCurrent(ciphertext).then((is) => !is))
  if (!stale && revision.bonds !== null && !(await hasStaleBonds(revision.bonds, isCurrent))) return 0
  const stored = parts.crypterFor(environment, organization, textOf(revision))
  let values = 0
  const { source } = await resealText(parts, text, async (ciphertext, path) => {
    const plaintext = await stored.decrypt(ciphertext, path)
    values += 1
    return await crypter.encrypt(plaintext, path)
  })
  const { bonds } = await storable(parts, home, revision.number, source)
  const sealed = { source, contentHash: hashContent(source), bonds }
  await parts.store.change(({ revisions }) =>
    revisions.reseal(environment.id, revision.number, revision.contentHash, sealed),
  )
  return values
}

async function hasStaleBonds(
  text: string,
  isCurrent: (sealed: Uint8Array) => Promise<boolean>,
): Promise<boolean> {
  const bonds = Object.values(JSON.parse(text) as Record<string, string>)
  return await anyOf(bonds, async (bond) => !(await isCurrent(Buffer.from(bond, 'base64'))))
}

async function anyOf<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of items) if (await test(item)) return true
  return false
}

/** The drafts of an environment, those that were applied or closed too. */
export async function draftsOf({ store }: ServiceParts, { environment, organization }: Home) {
  return await store.read(async ({ changeRequests }) => {
    const page = await changeRequests.list(organization.id, environment.id, null, 10_000)
    return page.items.filter(({ action }) => action === 'update')
  })
}

async function resealDraft(parts: ServiceParts, home: Home, id: string, number: number): Promise<number> {
  const { environment, organization } = home
  const draft = await parts.store.read(({ changeRequests }) => changeRequests.draft(id, number))
  if (draft === null) return 0
  const crypter = parts.crypterFor(environment, organization, { revision: environment.latest + 1 })
  let values = 0
  const text = { organization, name: environment.name, source: draft.source }
  const { source } = await resealText(parts, text, async (ciphertext, path) => {
    if ((await crypter.isCurrent?.(ciphertext)) ?? true) return null
    values += 1
    return await crypter.encrypt(await crypter.decrypt(ciphertext, path), path)
  })
  if (values === 0) return 0
  const sealed = { source, contentHash: hashContent(source) }
  await parts.store.change(({ changeRequests }) =>
    changeRequests.resealDraft(id, number, draft.contentHash, sealed),
  )
  return values
}

async function resealWebhooks(parts: ServiceParts, { environment, organization }: Home): Promise<number> {
  let values = 0
  const hooks = await parts.store.read(({ webhooks }) => webhooks.of(organization.id, environment.id))
  const current = await currentKeyId(parts, environment.id)
  for (const hook of hooks) {
    const { id, sealedSecret } = hook
    if (await resealReplacedSecret(parts, hook, current)) values += 1
    if (sealedSecret === null || unpackSealed(sealedSecret).dataKeyId === current) continue
    const purpose = webhookPurpose(id)
    const secret = await parts.sealer.open(environment.id, purpose, unpackSealed(sealedSecret))
    const sealed = packSealed(await parts.sealer.seal(environment.id, purpose, secret))
    await parts.store.change(async ({ webhooks }) => {
      const now = (await webhooks.of(organization.id, environment.id)).find((hook) => hook.id === id)
      const same = now?.sealedSecret && Buffer.compare(now.sealedSecret, sealedSecret) === 0
      if (now !== undefined && same) await webhooks.update({ ...now, sealedSecret: sealed })
    })
    values += 1
  }
  return values
}

/** Seals the server's own anew: the issuers' signing keys and its named secrets. */
export async function resealServer(parts: ServiceParts): Promise<Resealed> {
  const failed: string[] = []
  let values = 0
  const take = async (what: string, work: () => Promise<boolean>) => {
    try {
      if (await work()) values += 1
    } catch (error) {
      if (error instanceof AppError && error.kind === 'unavailable') throw error
      failed.push(what)
    }
  }
  for (const issuer of ['v1', 'v2'])
    for (const { kid } of await parts.store.read(({ signingKeys }) => signingKeys.list(issuer)))
      await take(`signing key ${kid}`, () => resealSigningKey(parts, issuer, kid))
  const all = await parts.store.read(({ settings }) => settings.all(server))
  for (const name of all.keys()) {
    if (name.startsWith('secret:')) await take(name, () => resealNamed(parts, name))
  }
  return { values, failed }
}

const server = 'server'

async function resealSigningKey(parts: ServiceParts, issuer: string, kid: string): Promise<boolean> {
  const owner = `issuer:${issuer}`
  const keys = await parts.store.read(({ signingKeys }) => signingKeys.list(issuer))
  const key = keys.find((one) => one.kid === kid)
  if (key === undefined || key.dataKeyId === (await currentKeyId(parts, owner))) return false
  const purpose = `signing-key:${kid}`
  const kept = { sealed: key.sealedPrivateKey, dataKeyId: key.dataKeyId }
  const bytes = Buffer.from(await parts.sealer.open(owner, purpose, kept))
  const { sealed, dataKeyId } = await parts.sealer.seal(owner, purpose, bytes)
  bytes.fill(0)
  return await parts.store.change(({ signingKeys }) =>
    signingKeys.reseal(kid, key.dataKeyId, sealed, dataKeyId),
  )
}

async function resealNamed(parts: ServiceParts, name: string): Promise<boolean> {
  const kept = String(await parts.store.read(({ settings }) => settings.get(server, name)))
  const sealed = Buffer.from(kept, 'base64')
  const dataKeyId = sealingKeyId(sealed)
  if (dataKeyId === (await currentKeyId(parts, server))) return false
  const bytes = Buffer.from(await parts.sealer.open(server, name, { sealed, dataKeyId }))
  const again = await parts.sealer.seal(server, name, bytes)
  bytes.fill(0)
  const text = Buffer.from(again.sealed).toString('base64')
  return await parts.store.change(async ({ settings }) => {
    if ((await settings.get(server, name)) !== kept) return false
    await settings.put(server, name, text)
    return true
  })
}

/** `null` when the owner's keys are all retired: the next seal makes one. */
async function currentKeyId({ store }: ServiceParts, ownerId: string): Promise<string | null> {
  return (await store.read(({ dataKeys }) => dataKeys.current(ownerId)))?.id ?? null
}

/** Every environment of an organization, deleted ones that may come back included. */
export async function homesOf(
  { store }: Pick<ServiceParts, 'store'>,
  organization: Organization,
): Promise<readonly Home[]> {
  const found: Environment[] = []
  for (let after: Environment | null = null; ; ) {
    const from: Environment | null = after
    const page: Page<Environment> = await store.read(({ environments }) =>
      environments.list([organization.id], from, 500),
    )
    found.push(...page.items)
    after = page.items.at(-1) ?? null
    if (!page.more) break
  }
  for (let after: string | null = null; ; ) {
    const from: string | null = after
    const page: Page<Environment> = await store.read(({ environments }) =>
      environments.listDeleted(organization.id, from, 500),
    )
    found.push(...page.items)
    after = page.items.at(-1)?.id ?? null
    if (!page.more) break
  }
  return found.map((environment) => ({ environment, organization }))
}

/** Every organization. */
export async function organizationsOf({
  store,
}: Pick<ServiceParts, 'store'>): Promise<readonly Organization[]> {
  return await store.read(async ({ organizations }) => (await organizations.list(null, 100_000)).items)
}
