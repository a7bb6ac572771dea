import { encodeEnvelope } from '../crypto/envelope.ts'
import { AppError } from '../diag/index.ts'
import type { Crypter } from '../eval/index.ts'
import type { Environment, Organization, Revision, TextPlace } from '../store/index.ts'
import { remembered, span } from '../tracing/index.ts'
import { formatPropertyPath, type PropertyPath } from '../value/index.ts'
import { formatName } from './names.ts'
import type { ServiceParts } from './parts.ts'
import { factsOfText, secretsOfText, type TextFacts } from './texts.ts'

/** The environment that a text belongs to. */
export interface Home {
  readonly environment: Environment
  readonly organization: Organization
}

/**
 * The crypter of a text. A value that was altered or moved is refused by its environment, path and revision (S-02).
 *
 * `text` is the stored revision, or the number for which another text is sealed. `unavailable` is told when the key cannot
 * be used now: that is no finding about the text.
 */
export function crypterOf(
  parts: Pick<ServiceParts, 'crypterFor'>,
  { environment, organization }: Home,
  text: TextPlace,
  unavailable: (error: AppError) => void = () => undefined,
): Crypter {
  const crypter = parts.crypterFor(environment, organization, text)
  const inEvaluation = remembered()
  const facts = { 'openesc.environment': formatName(environment), 'openesc.revision': text.revision }
  return {
    encrypt: crypter.encrypt,
    async decrypt(ciphertext, path) {
      try {
        return await inEvaluation(() => span('decrypt', facts, () => crypter.decrypt(ciphertext, path)))
      } catch (error) {
        if (error instanceof AppError && error.code === 'KEY_UNAVAILABLE') unavailable(error)
        if (!(error instanceof AppError) || error.code !== 'VALUE_INTEGRITY') throw error
        throw new AppError(
          'VALUE_INTEGRITY_FAILED',
          {
            environment: formatName(environment),
            path: shownPath(path),
            revision: text.revision,
            before: Math.max(1, text.revision - 1),
          },
          { cause: error },
        )
      }
    },
  }
}

/** As people write it: below `values`, which every path begins with. */
function shownPath(path: PropertyPath): string {
  return formatPropertyPath(path[0] === 'values' ? path.slice(1) : path)
}

/** A text that is ready to be stored as a revision: tied to its number, and with the environments that it names. */
export interface StorableText extends Pick<Revision, 'source' | 'bonds'> {
  readonly names: readonly string[]
}

/**
 * A text that becomes revision `number`, tied to it; its bonds are `null` when the crypter ties nothing. What nobody looked at since
 * it stood in revision `from`, and does not open there, gets none: it was altered or moved, and stays refused.
 */
export async function storable(
  parts: Pick<ServiceParts, 'crypterFor' | 'evaluator'>,
  { environment, organization }: Home,
  number: number,
  source: Uint8Array,
  { facts, from = null }: StorableFacts = {},
): Promise<StorableText> {
  const { secrets, names } = facts ?? (await factsOfText(parts, { organization, name: '', source }))
  const { bind } = parts.crypterFor(environment, organization, { revision: number })
  if (bind === undefined) return { source, bonds: null, names }
  if (from === null) return { source, bonds: await bind(secrets), names }
  const stored = parts.crypterFor(environment, organization, textOf(from))
  const good = []
  for (const secret of secrets) {
    const carried = isIn(from.source, secret.ciphertext)
    if (!carried || (await opens(() => stored.decrypt(secret.ciphertext, secret.path)))) good.push(secret)
  }
  return { source, bonds: await bind(good), names }
}

/** What is known of a text that becomes a revision. */
export interface StorableFacts {
  /** What stands in it; looked for when absent. */
  readonly facts?: TextFacts
  readonly from?: Revision | null
}

function isIn(source: Uint8Array, ciphertext: Uint8Array): boolean {
  return Buffer.from(source).includes(encodeEnvelope(ciphertext))
}

async function opens(open: () => Promise<unknown>): Promise<boolean> {
  try {
    await open()
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'VALUE_INTEGRITY') return false
    throw error
  }
}

/** Whether a sealed value stands at the path in a stored revision of the environment, or in its draft. */
export async function standsAt(
  parts: Pick<ServiceParts, 'store' | 'evaluator'>,
  { environment, organization }: Home,
  path: PropertyPath,
  ciphertext: Uint8Array,
): Promise<boolean> {
  const wanted = JSON.stringify(path)
  for (let number = environment.latest; number >= 1; number -= 1) {
    const revision = await parts.store.read(({ revisions }) => revisions.get(environment.id, number))
    if (revision === null) continue
    const secrets = await secretsOfText(parts, { organization, name: '', source: revision.source })
    if (secrets.some((one) => JSON.stringify(one.path) === wanted && same(one.ciphertext, ciphertext)))
      return true
  }
  return false
}

/**
 * Where in an environment's texts a sealed value stands, for whoever has the value alone: in the revision that sealed it,
 * or in the newest, or in the draft. `null` when nowhere.
 */
export async function whereStands(
  parts: Pick<ServiceParts, 'store' | 'crypterFor' | 'evaluator'>,
  { environment, organization }: Home,
  ciphertext: Uint8Array,
): Promise<{ readonly text: TextPlace; readonly path: PropertyPath } | null> {
  const { origin } = parts.crypterFor(environment, organization)
  const texts = await parts.store.read(async ({ revisions, changeRequests, environments }) => {
    const latest = (await environments.get(environment.id))?.latest ?? environment.latest
    const numbers = new Set([origin?.(ciphertext) ?? latest, latest])
    const found: (Pick<Revision, 'source'> & { readonly text: TextPlace })[] = []
    for (const number of numbers) {
      const revision = await revisions.get(environment.id, number)
      if (revision !== null) found.push({ source: revision.source, text: textOf(revision) })
    }
    const draft = await changeRequests.active(environment.id, ['draft', 'ready'])
    const text = draft && (await changeRequests.draft(draft.id, draft.latestRevision))
    if (text) found.push({ source: text.source, text: { revision: latest + 1 } })
    return found
  })
  for (const { source, text } of texts) {
    const secrets = await secretsOfText(parts, { organization, name: '', source })
    const secret = secrets.find((one) => same(one.ciphertext, ciphertext))
    if (secret !== undefined) return { text, path: secret.path }
  }
  return null
}

/** What a sealed value of the environment holds, wherever in it that stands; `null` when it is none or does not open. */
export async function openElsewhere(
  parts: Pick<ServiceParts, 'store' | 'crypterFor' | 'evaluator'>,
  home: Home,
  ciphertext: Uint8Array,
): Promise<Uint8Array | null> {
  const found = await whereStands(parts, home, ciphertext)
  if (found === null) return null
  const stored = parts.crypterFor(home.environment, home.organization, found.text)
  try {
    return await stored.decrypt(ciphertext, found.path)
  } catch (error) {
    if (error instanceof AppError && error.code === 'VALUE_INTEGRITY') return null
    throw error
  }
}

/** A stored revision as a place for values. */
export function textOf({ number, bonds }: Pick<Revision, 'number' | 'bonds'>): TextPlace {
  return { revision: number, bonds }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
