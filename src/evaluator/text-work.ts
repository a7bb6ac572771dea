import { type Diagnostic, hasErrors } from '../diag/index.ts'
import type { Patch } from '../eval/index.ts'
import { loadDefinition, namedEnvironments } from '../expr/index.ts'
import {
  applyPatches,
  resealSecrets,
  type SealedSecret,
  type SealResult,
  type SecretCrypter,
  sealedSecrets,
  sealSecrets,
  unsealSecrets,
} from '../syntax/index.ts'
import type { PropertyPath } from '../value/index.ts'

/** What is to be done with a text besides evaluating it. */
export type TextTask =
  /** Plaintext secrets are sealed. Before that, new states of rotators are put in their places. */
  | { readonly kind: 'seal'; readonly patches?: readonly Patch[] }
  /** Sealed secrets get other seals. */
  | { readonly kind: 'reseal' }
  /** Sealed secrets below `values` are opened. */
  | { readonly kind: 'unseal' }
  /** Nothing is rewritten; it is told what stands in the text. */
  | { readonly kind: 'facts' }

/** A text to work on. */
export interface TextJob {
  readonly task: TextTask
  /** The name that ranges carry for the text. */
  readonly name: string
  readonly source: Uint8Array
}

/** Bytes of a secret and where its `fn::secret` stands. */
export interface PlacedBytes {
  readonly bytes: Uint8Array
  readonly path: PropertyPath
}

/** What a secret becomes: other bytes; itself with a remark behind it; itself. */
export type NewSecret = { readonly bytes: Uint8Array } | { readonly remark: string } | null

/** What holds the keys. It is asked about all secrets of a text at once, and answers in their order. */
export interface TextHost {
  /** Whose work it is. */
  readonly owner: string
  readonly secrets: (secrets: readonly PlacedBytes[]) => Promise<readonly NewSecret[]>
  readonly signal?: AbortSignal
}

/** A text after the work, and what stands in it. */
export interface WorkedText extends SealResult {
  /** Whether the text, as it is now, is a definition; then `diagnostics` may hold warnings of reading it. */
  readonly isDefinition: boolean
  /** Every sealed secret, in the text's order. */
  readonly secrets: readonly SealedSecret[]
  /** @see namedEnvironments */
  readonly names: readonly string[]
  /** What reading the text, as it is now, finds. */
  readonly findings: readonly Diagnostic[]
}

/**
 * Does the work in the thread that calls.
 *
 * @throws AppError CIPHERTEXT_INVALID; what `secrets` throws is thrown on
 */
export async function workOnText(
  { task, name, source }: TextJob,
  secrets: TextHost['secrets'],
): Promise<WorkedText> {
  const result = await rewritten(task, name, source, secrets)
  if (hasErrors(result.diagnostics) || (task.kind !== 'facts' && task.kind !== 'seal'))
    return { ...result, isDefinition: false, secrets: [], names: [], findings: [] }
  const { definition, diagnostics: findings } = loadDefinition(name, result.source)
  return {
    ...result,
    findings,
    isDefinition: definition !== null,
    secrets: await sealedSecrets(result.source),
    names: definition === null ? [] : namedEnvironments(definition),
  }
}

async function rewritten(
  task: TextTask,
  name: string,
  source: Uint8Array,
  secrets: TextHost['secrets'],
): Promise<SealResult> {
  const ask = together(secrets)
  switch (task.kind) {
    case 'seal': {
      const patched = task.patches === undefined ? source : applyPatches(source, task.patches)
      const sealed = await sealSecrets(name, patched, {
        encrypt: async (bytes, path) => bytesOf(await ask({ bytes, path })),
      })
      return { ...sealed, changed: sealed.changed || patched !== source }
    }
    case 'reseal':
      return await resealSecrets(name, source, async (bytes, path) => {
        const answer = await ask({ bytes, path })
        return answer === null ? null : bytesOf(answer)
      })
    case 'unseal': {
      const crypter: Pick<SecretCrypter, 'decrypt'> = {
        decrypt: async (bytes, path) => bytesOf(await ask({ bytes, path })),
      }
      return await unsealSecrets(name, source, crypter, (error) =>
        error instanceof Remark ? error.message : null,
      )
    }
    case 'facts':
      return { source, changed: false, diagnostics: [] }
  }
}

/** A secret that stays as it is, with its message behind it. */
class Remark extends Error {}

function bytesOf(answer: NewSecret): Uint8Array {
  if (answer === null) throw new Error('a secret was left without an answer')
  if ('remark' in answer) throw new Remark(answer.remark)
  return answer.bytes
}

/** Asks about everything that is wanted in one turn at once. */
function together(secrets: TextHost['secrets']): (secret: PlacedBytes) => Promise<NewSecret> {
  let wanted: { readonly secret: PlacedBytes; readonly waiting: PromiseWithResolvers<NewSecret> }[] = []
  const send = async () => {
    const all = wanted
    wanted = []
    try {
      const answers = await secrets(all.map(({ secret }) => secret))
      for (const [index, { waiting }] of all.entries()) waiting.resolve(answers[index] ?? null)
    } catch (error) {
      for (const { waiting } of all) waiting.reject(error)
    }
  }
  return (secret) => {
    const waiting = Promise.withResolvers<NewSecret>()
    if (wanted.length === 0) queueMicrotask(() => void send())
    wanted.push({ secret, waiting })
    return waiting.promise
  }
}
