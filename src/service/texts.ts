import { createHash } from 'node:crypto'
import {
  evaluatorInProcess,
  type NewSecret,
  type PlacedBytes,
  type TextTask,
  type WorkedText,
} from '../evaluator/index.ts'
import { keepTenant, type Organization } from '../store/index.ts'
import type { PropertyPath } from '../value/index.ts'
import type { ServiceParts } from './parts.ts'

/** A text, the name that ranges carry for it, and whose work it is. */
export interface NamedText {
  readonly organization: Pick<Organization, 'id'>
  readonly name: string
  readonly source: Uint8Array
}

/** What a text is read by: never this thread, where the service has evaluators. */
export type TextParts = Pick<ServiceParts, 'evaluator'>

type Bytes = Uint8Array

/**
 * The text with its plaintext secrets sealed, and what stands in it.
 *
 * @throws AppError DIAGNOSTICS when it was ended at a bound; what `encrypt` throws
 */
export async function sealText(
  parts: TextParts,
  text: NamedText,
  encrypt: (plaintext: Bytes, path: PropertyPath) => Promise<Bytes>,
  patches?: Extract<TextTask, { kind: 'seal' }>['patches'],
): Promise<WorkedText> {
  const task = patches === undefined ? ({ kind: 'seal' } as const) : ({ kind: 'seal', patches } as const)
  return await work(parts, text, task, async ({ bytes, path }) => ({ bytes: await encrypt(bytes, path) }))
}

/** The text with other seals; `reseal` gives `null` for one that stays. Failures as of `sealText`, and CIPHERTEXT_INVALID. */
export async function resealText(
  parts: TextParts,
  text: NamedText,
  reseal: (ciphertext: Bytes, path: PropertyPath) => Promise<Bytes | null>,
): Promise<WorkedText> {
  return await work(parts, text, { kind: 'reseal' }, async ({ bytes, path }) => {
    const sealed = await reseal(bytes, path)
    return sealed === null ? null : { bytes: sealed }
  })
}

/** The text with its secrets in clear. `unopened` may keep one that does not open, with a remark. Failures as of `resealText`. */
export async function unsealText(
  parts: TextParts,
  text: NamedText,
  decrypt: (ciphertext: Bytes, path: PropertyPath) => Promise<Bytes>,
  unopened: (error: unknown) => string | null = () => null,
): Promise<WorkedText> {
  return await work(parts, text, { kind: 'unseal' }, async ({ bytes, path }) => {
    try {
      return { bytes: await decrypt(bytes, path) }
    } catch (error) {
      const remark = unopened(error)
      if (remark === null) throw error
      return { remark }
    }
  })
}

/** What stands in a text: its sealed secrets and the environments that it names. */
export type TextFacts = Pick<WorkedText, 'secrets' | 'names'>

/** What stands in the text. Failures as of `sealText`. */
export async function factsOfText(parts: TextParts, text: NamedText): Promise<TextFacts> {
  const { evaluator = evaluatorInProcess } = parts
  const known = knownFacts.get(evaluator) ?? new Map<string, TextFacts>()
  knownFacts.set(evaluator, known)
  const key = createHash('sha256').update(text.source).digest('base64')
  const kept = known.get(key)
  if (kept !== undefined) return kept
  const { secrets, names } = await work(parts, text, { kind: 'facts' }, async () => null)
  if (known.size >= mostKnown) known.clear()
  known.set(key, { secrets, names })
  return { secrets, names }
}

/** The sealed secrets of a text, in its order. Failures as of `sealText`. */
export async function secretsOfText(parts: TextParts, text: NamedText): Promise<TextFacts['secrets']> {
  return mayHold(text.source, 'ciphertext') ? (await factsOfText(parts, text)).secrets : []
}

/** Whether a word may stand in a text; a backslash may be part of its spelling. */
export function mayHold(source: Uint8Array, word: string): boolean {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.length)
  return bytes.includes(word) || bytes.includes('\\')
}

// A save asks for the same stored texts again and again; what is known of them holds no more than they do.
const knownFacts = new WeakMap<object, Map<string, TextFacts>>()
const mostKnown = 32

/** So many secrets are answered before others get their turn. */
const atOnce = 32

async function work(
  { evaluator = evaluatorInProcess }: TextParts,
  { organization, name, source }: NamedText,
  task: TextTask,
  each: (secret: PlacedBytes) => Promise<NewSecret>,
): Promise<WorkedText> {
  const secrets = keepTenant(async (all: readonly PlacedBytes[]) => {
    const answers: NewSecret[] = []
    for (const secret of all) {
      answers.push(await each(secret))
      if (answers.length % atOnce === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    return answers
  })
  return await evaluator.work({ task, name, source }, { owner: organization.id, secrets })
}
