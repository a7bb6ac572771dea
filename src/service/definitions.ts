import { AppError, type Diagnostic, hasErrors } from '../diag/index.ts'
import type { EvaluatedText, WorkedText } from '../evaluator/index.ts'
import type { Environment, Revision, Transaction } from '../store/index.ts'
import type { PropertyPath } from '../value/index.ts'
import type { EnvironmentAccess } from './access.ts'
import type { Caller } from './caller.ts'
import { check } from './evaluate.ts'
import { formatName } from './names.ts'
import type { ServiceParts } from './parts.ts'
import { insertRevision } from './references.ts'
import { etagOf, hashContent } from './revision-lookup.ts'
import { factsOfText, mayHold, resealText, sealText, type TextFacts } from './texts.ts'
import { openElsewhere, type StorableText, standsAt } from './value-crypters.ts'

/** A definition as a reader gets it. */
export interface Definition {
  readonly source: Uint8Array
  readonly revision: number
  readonly etag: string
}

/** What a successful write gives back; `diagnostics` holds warnings only. */
export interface WriteResult {
  readonly revision: number
  readonly etag: string
  readonly diagnostics: readonly Diagnostic[]
}

/** A revision as a definition. */
export function definitionOf(revision: Revision): Definition {
  return { source: revision.source, revision: revision.number, etag: etagOf(revision) }
}

/** A text that passed the check, secrets sealed, ready to be stored. */
export interface PreparedText {
  readonly source: Uint8Array
  /** What stands in it. */
  readonly facts: TextFacts
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Checks a text that shall become the environment's definition and seals its plaintext secrets. A text without any comes
 * back byte for byte. Nothing is stored.
 *
 * @throws AppError DIAGNOSTICS with all findings and what could be evaluated, SEALED_VALUE_NOT_TRANSFERABLE,
 * IMPORT_FORBIDDEN
 */
export async function prepareText(
  parts: ServiceParts,
  access: EnvironmentAccess,
  source: Uint8Array,
): Promise<PreparedText> {
  const { environment, organization } = access
  const name = `${environment.project}/${environment.name}`
  const request = { access, root: environment, rootName: name, source }
  const evaluation = await check(parts, request, { showSecrets: false, findingsAlone: true })
  if (hasErrors(evaluation.diagnostics)) throw refusal(evaluation)
  const latest = (await parts.store.read(({ environments }) => environments.get(environment.id)))?.latest
  const crypter = parts.crypterFor(environment, organization, {
    revision: (latest ?? environment.latest) + 1,
  })
  const adopted = await adoptSeals(parts, access, name, source, crypter)
  const { diagnostics } = evaluation
  const text = { organization, name, source: adopted }
  if (!mayHold(adopted, 'fn::secret'))
    return { source: adopted, facts: await factsOfText(parts, text), diagnostics }
  const sealed = await sealText(parts, text, crypter.encrypt)
  if (hasErrors(sealed.diagnostics)) throw refusal(sealed)
  if (sealed.changed) refuseOutgrown(sealed)
  return { source: sealed.source, facts: sealed, diagnostics }
}

/**
 * A text is written anew when its secrets are sealed, each over some more bytes and lines that were two joined to one. What
 * could not be read again must not be stored.
 */
function refuseOutgrown({ isDefinition, findings }: WorkedText): void {
  if (isDefinition) return
  const detail = 'it was measured with its secrets sealed, as it is kept: split the definition'
  // The lines are not those of the text that was sent.
  throw refusal({ diagnostics: findings.map((each) => ({ ...each, range: null, detail })) })
}

/** The refusal of a text with errors; it tells the findings alone. Only a check also gives what could be evaluated. */
export function refusal({ diagnostics }: Pick<EvaluatedText, 'diagnostics'>): AppError {
  return new AppError('DIAGNOSTICS', {}, { diagnostics })
}

/** A checked text has errors: the findings, and the part that could be evaluated for whoever wants to show it. */
export class EvaluationError extends AppError {
  readonly evaluation: EvaluatedText
  constructor(evaluation: EvaluatedText) {
    super('DIAGNOSTICS', {}, { diagnostics: evaluation.diagnostics })
    this.evaluation = evaluation
  }
}

/**
 * Whoever may write here but not open elsewhere must not carry a sealed value over (S-03). A seal is bound to its
 * environment and path, so every one in the text has to open where it stands; one of the form before, which was bound to
 * the environment alone, must stand there in a stored text too. A seal that was made for the environment without a path gets
 * one here. So does one that stands elsewhere in the environment, when a key was renamed or a list has lost an item: but only
 * for a caller who may decrypt it, and could as well have typed it again.
 *
 * @throws AppError SEALED_VALUE_NOT_TRANSFERABLE
 */
async function adoptSeals(
  parts: ServiceParts,
  access: EnvironmentAccess,
  name: string,
  source: Uint8Array,
  crypter: ReturnType<ServiceParts['crypterFor']>,
): Promise<Uint8Array> {
  const refused = (options: ErrorOptions = {}) => new AppError('SEALED_VALUE_NOT_TRANSFERABLE', {}, options)
  const openHere = async (ciphertext: Uint8Array, path: PropertyPath): Promise<Uint8Array | null> => {
    try {
      return await crypter.decrypt(ciphertext, path)
    } catch (error) {
      if (error instanceof AppError && error.code === 'VALUE_INTEGRITY') return null
      throw error instanceof AppError && error.kind === 'unavailable' ? error : refused({ cause: error })
    }
  }
  if (!mayHold(source, 'ciphertext')) return source
  const text = { organization: access.organization, name, source }
  const { source: adopted, diagnostics } = await resealText(parts, text, async (ciphertext, path) => {
    if (path[0] !== 'values') return null
    const plaintext = await openHere(ciphertext, path)
    if (plaintext === null) {
      const moved = access.permissions.has('decrypt') ? await openElsewhere(parts, access, ciphertext) : null
      if (moved === null) throw refused()
      return await crypter.encrypt(moved, path)
    }
    const origin = crypter.origin?.(ciphertext)
    if (origin === null && !(await standsAt(parts, access, path, ciphertext))) throw refused()
    // Under a key that was retired it would keep that key in use.
    const stays = origin !== 0 && ((await crypter.isCurrent?.(ciphertext)) ?? true)
    return stays ? null : await crypter.encrypt(plaintext, path)
  })
  if (hasErrors(diagnostics)) throw refused()
  return adopted
}

/** Where a revision comes from. */
export interface RevisionOrigin {
  readonly caller: Caller
  readonly nowMs: number
  readonly sourceChangeRequest?: Revision['sourceChangeRequest']
}

/**
 * Appends a revision as the successor of `expected`, for which the bonds were made: one conditional statement decides.
 *
 * @throws AppError ETAG_MISMATCH when another write came first; the unit of work must not go on then
 */
export async function appendRevision(
  transaction: Transaction,
  environment: Environment,
  expected: number,
  { source, bonds, names }: StorableText,
  { caller, nowMs, sourceChangeRequest = null }: RevisionOrigin,
): Promise<Revision> {
  if (!(await transaction.environments.advance(environment.id, expected, nowMs))) {
    throw new AppError('ETAG_MISMATCH', { environment: formatName(environment) })
  }
  const revision: Revision = {
    environmentId: environment.id,
    number: expected + 1,
    source,
    contentHash: hashContent(source),
    bonds,
    creator: caller.actor,
    createdMs: nowMs,
    retraction: null,
    sourceChangeRequest,
  }
  await insertRevision(transaction, revision, names)
  return revision
}
