import { AppError, type Diagnostic, hasErrors } from '../diag/index.ts'
import type { Evaluation } from '../eval/index.ts'
import type { Environment, Revision, Transaction } from '../store/index.ts'
import { sealSecrets, unsealSecrets } from '../syntax/index.ts'
import type { EnvironmentAccess } from './access.ts'
import type { Caller } from './caller.ts'
import { check } from './evaluate.ts'
import { formatName } from './names.ts'
import type { ServiceParts } from './parts.ts'
import { etagOf, hashContent } from './revision-lookup.ts'

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
  const evaluation = await check(parts, request, { showSecrets: false })
  if (hasErrors(evaluation.diagnostics)) throw refusal(evaluation)
  const crypter = parts.crypterFor(environment, organization)
  await refuseForeignSeals(name, source, crypter)
  const sealed = await sealSecrets(name, source, crypter)
  if (hasErrors(sealed.diagnostics)) throw refusal(sealed)
  return {
    source: sealed.changed ? sealed.source : source,
    diagnostics: evaluation.diagnostics,
  }
}

/** The refusal of a text with errors; it tells the findings alone. Only a check also gives what could be evaluated. */
export function refusal({ diagnostics }: Pick<Evaluation, 'diagnostics'>): AppError {
  return new AppError('DIAGNOSTICS', {}, { diagnostics })
}

/** A checked text has errors: the findings, and the part that could be evaluated for whoever wants to show it. */
export class EvaluationError extends AppError {
  readonly evaluation: Evaluation
  constructor(evaluation: Evaluation) {
    super('DIAGNOSTICS', {}, { diagnostics: evaluation.diagnostics })
    this.evaluation = evaluation
  }
}

/**
 * Whoever may write here but not open elsewhere must not carry a sealed value over (S-03). A seal is bound to its
 * environment, so every one in the text has to open under this environment's key.
 */
async function refuseForeignSeals(
  name: string,
  source: Uint8Array,
  crypter: Parameters<typeof unsealSecrets>[2],
): Promise<void> {
  if (!Buffer.from(source).includes('ciphertext')) return
  let foreign = false
  try {
    foreign = hasErrors((await unsealSecrets(name, source, crypter)).diagnostics)
  } catch (error) {
    throw new AppError('SEALED_VALUE_NOT_TRANSFERABLE', {}, { cause: error })
  }
  if (foreign) throw new AppError('SEALED_VALUE_NOT_TRANSFERABLE')
}

/** Where a revision comes from. */
export interface RevisionOrigin {
  readonly caller: Caller
  readonly nowMs: number
  readonly sourceChangeRequest?: Revision['sourceChangeRequest']
}

/**
 * Appends a revision as the successor of `expected`: one conditional statement decides.
 *
 * @throws AppError ETAG_MISMATCH when another write came first; the unit of work must not go on then
 */
export async function appendRevision(
  transaction: Transaction,
  environment: Environment,
  expected: number,
  source: Uint8Array,
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
    creator: caller.actor,
    createdMs: nowMs,
    retraction: null,
    sourceChangeRequest,
  }
  await transaction.revisions.insert(revision)
  return revision
}
