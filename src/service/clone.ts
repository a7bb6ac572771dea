import { AppError } from '../diag/index.ts'
import type { Environment, ReadTransaction, Revision, Transaction } from '../store/index.ts'
import { type EnvironmentAccess, grantsSetting } from './access.ts'
import { refuseUnapproved } from './approvals.ts'
import { insertEnvironment } from './environment-create.ts'
import { checkName, formatName } from './names.ts'
import type { ServiceParts } from './parts.ts'
import { insertRevision } from './references.ts'
import { hashContent, latest, usableRevision } from './revision-lookup.ts'
import { sealText, unsealText } from './texts.ts'
import { crypterOf, type StorableText, storable, textOf } from './value-crypters.ts'

/** What to copy, and under which name. */
export interface CloneRequest {
  /** Defaults to the source's. */
  readonly project?: string | undefined
  readonly name: string
  readonly version?: number | undefined
  readonly preserveHistory?: boolean | undefined
  readonly preserveAccess?: boolean | undefined
  readonly preserveEnvironmentTags?: boolean | undefined
  readonly preserveRevisionTags?: boolean | undefined
  /** @see takeName */
  readonly confirmSubject?: string | undefined
}

/**
 * Copies an environment within its organization. Without history the copy has one revision. Secrets are sealed anew: a seal
 * belongs to one environment.
 *
 * @throws AppError NAME_INVALID, ENVIRONMENT_EXISTS, REVISION_NOT_FOUND, REVISION_RETRACTED
 */
export async function cloneEnvironment(
  parts: ServiceParts,
  access: EnvironmentAccess,
  request: CloneRequest,
): Promise<void> {
  const project = checkName('project', request.project || access.environment.project)
  const name = checkName('environment', request.name)
  // The copy belongs to whoever makes it, so that its secrets would be free of the gate.
  await refuseUnapproved(parts, access)
  const revisions = await parts.store.read((transaction) => revisionsToCopy(transaction, access, request))
  // One after the other: a long history must not crowd the evaluators.
  const texts: OpenedText[] = []
  for (const revision of revisions) texts.push(await unseal(parts, access, revision))
  // Sealed for ids that the copy will have, so that it comes to be whole, in one unit of work.
  const projects = await parts.store.read(async (transaction) => {
    const found = await transaction.projects.find(access.organization.id, project)
    return { id: found?.id ?? parts.ids() }
  })
  const copy = { ...access.environment, id: parts.ids(), projectId: projects.id, project, name }
  const sealed: StorableText[] = []
  for (const [index, text] of texts.entries())
    sealed.push(await seal(parts, access, { copy, number: index + 1 }, text))
  await parts.store.change(async (transaction) => {
    const made = await insertEnvironment(transaction, parts, access, {
      project,
      name,
      isEmpty: false,
      event: 'environment-cloned',
      confirmSubject: request.confirmSubject,
      ids: { environment: copy.id, project: copy.projectId },
    })
    // A project of that name that was made or removed meanwhile has another id, for which nothing was sealed.
    if (made.projectId !== copy.projectId) {
      throw new AppError('CONFLICT', { what: `project \`${project}\` changed meanwhile`, hint: 'try again' })
    }
    await fill(transaction, parts, access, made, request, revisions, sealed)
  })
}

/** Oldest first. */
async function revisionsToCopy(
  transaction: ReadTransaction,
  { environment }: EnvironmentAccess,
  { version, preserveHistory }: CloneRequest,
): Promise<readonly Revision[]> {
  const newest = await usableRevision(transaction, environment, String(version ?? latest))
  if (!preserveHistory) return [newest]
  const revisions: Revision[] = []
  for (let number = 1; number <= newest.number; number += 1) {
    const revision = await transaction.revisions.get(environment.id, number)
    if (revision !== null) revisions.push(revision)
  }
  return revisions
}

/** A stored text, and the same with secrets in clear; `clear` is null when it holds none. */
interface OpenedText {
  readonly source: Uint8Array
  readonly clear: Uint8Array | null
}

async function unseal(
  parts: ServiceParts,
  access: EnvironmentAccess,
  revision: Revision,
): Promise<OpenedText> {
  const { source } = revision
  if (!Buffer.from(source).includes('ciphertext')) return { source, clear: null }
  const name = `${access.environment.project}/${access.environment.name}`
  const text = { organization: access.organization, name, source }
  const clear = await unsealText(parts, text, crypterOf(parts, access, textOf(revision)).decrypt)
  // A text that cannot be read as a definition holds nothing that could be sealed: it is copied as it stands.
  return { source, clear: clear.changed && clear.diagnostics.length === 0 ? clear.source : null }
}

/** The text for the copy. Where seals open under the copy's key too, the text stays byte for byte as it was. */
async function seal(
  parts: ServiceParts,
  { organization }: EnvironmentAccess,
  { copy, number }: { readonly copy: Environment; readonly number: number },
  { source, clear }: OpenedText,
): Promise<StorableText> {
  const home = { environment: copy, organization }
  const bound = (text: Uint8Array) => storable(parts, home, number, text)
  if (clear === null) return await bound(source)
  const name = `${copy.project}/${copy.name}`
  const crypter = parts.crypterFor(copy, organization, { revision: number })
  const unsealed = () => unsealText(parts, { organization, name, source }, crypter.decrypt)
  if (await opensTo(clear, unsealed)) return await bound(source)
  const sealed = await sealText(parts, { organization, name, source: clear }, crypter.encrypt)
  if (sealed.diagnostics.length > 0)
    throw new AppError('DIAGNOSTICS', {}, { diagnostics: sealed.diagnostics })
  return await storable(parts, home, number, sealed.source, { facts: sealed })
}

async function opensTo(clear: Uint8Array, unsealed: () => ReturnType<typeof unsealText>): Promise<boolean> {
  try {
    const again = await unsealed()
    return again.diagnostics.length === 0 && Buffer.compare(again.source, clear) === 0
  } catch {
    return false
  }
}

async function fill(
  transaction: Transaction,
  parts: ServiceParts,
  { environment, caller }: EnvironmentAccess,
  copy: Environment,
  request: CloneRequest,
  revisions: readonly Revision[],
  texts: readonly StorableText[],
): Promise<void> {
  const nowMs = parts.clock().getTime()
  const numbers = new Map<number, number>()
  for (const [index, revision] of revisions.entries()) {
    const number = index + 1
    const { source, bonds, names } = texts[index]!
    numbers.set(revision.number, number)
    if (!(await transaction.environments.advance(copy.id, index, nowMs))) {
      throw new AppError('ENVIRONMENT_NOT_FOUND', { environment: formatName(copy) })
    }
    await insertRevision(
      transaction,
      {
        ...revision,
        ...(request.preserveHistory ? {} : { creator: caller.actor, createdMs: nowMs, retraction: null }),
        environmentId: copy.id,
        number,
        source,
        contentHash: hashContent(source),
        bonds,
        sourceChangeRequest: null,
      },
      names,
    )
  }
  if (request.preserveRevisionTags) await copyRevisionTags(transaction, environment, copy, numbers)
  if (request.preserveEnvironmentTags) {
    for (const tag of await transaction.environmentTags.ofEnvironments([environment.id])) {
      await transaction.environmentTags.insert({ ...tag, environmentId: copy.id })
    }
  }
  if (request.preserveAccess) {
    const grants = await transaction.settings.get(environment.id, grantsSetting)
    if (grants !== undefined) await transaction.settings.put(copy.id, grantsSetting, grants)
  }
}

/** Tags follow their revision; those of revisions that are not copied stay behind. */
async function copyRevisionTags(
  transaction: Transaction,
  environment: Environment,
  copy: Environment,
  numbers: ReadonlyMap<number, number>,
): Promise<void> {
  let after: string | null = null
  for (;;) {
    const page = await transaction.revisionTags.list(environment.id, after, 500)
    for (const tag of page.items) {
      const revision = numbers.get(tag.revision)
      if (revision !== undefined) {
        await transaction.revisionTags.insert({ ...tag, environmentId: copy.id, revision })
      }
    }
    const last = page.items.at(-1)
    if (!page.more || last === undefined) return
    after = last.name
  }
}
