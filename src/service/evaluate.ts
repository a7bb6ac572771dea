import { AppError, type Diagnostic } from '../diag/index.ts'
import type { Crypter, LoadedEnvironment, ProviderSet } from '../eval/index.ts'
import { type EvaluatedText, evaluatorInProcess, type JobHost, type Task } from '../evaluator/index.ts'
import { acrossTenants, type Environment, keepTenant, type Revision, type TextPlace } from '../store/index.ts'
import { remembered, span } from '../tracing/index.ts'
import { enterOrganization, type OrganizationAccess, permissionsOn } from './access.ts'
import { refuseGatedOpen } from './approvals.ts'
import { createMintLedger } from './audit/mint-ledger.ts'
import { callerContext } from './context.ts'
import { formatName, parseImportName } from './names.ts'
import type { EvaluationScope, ServiceParts } from './parts.ts'
import { usableRevision } from './revision-lookup.ts'
import type { UsedRevision } from './same-world.ts'
import { crypterOf, textOf } from './value-crypters.ts'

/** One text to evaluate, for a caller, in an organization. */
export interface EvaluationRequest {
  readonly access: OrganizationAccess
  /** The environment that the text belongs to; `null` for anonymous text. */
  readonly root: Environment | null
  /** The name that ranges and the context carry for the text. */
  readonly rootName: string
  readonly source: Uint8Array
  /** The stored revision that the text is; absent for other texts. */
  readonly text?: TextPlace
  readonly signal?: AbortSignal
  /** Import names that stand for others in this evaluation. */
  readonly overrides?: ReadonlyMap<string, string>
  /** Is told every environment that the evaluation imports, as `project/name@revision`. */
  readonly imported?: (name: string) => void
  /** Is told every revision that the evaluation imports. */
  readonly uses?: (used: UsedRevision) => void
  /** Is told what the result rests on. */
  readonly watch?: EvaluationWatch
}

/** Sees what an evaluation asks for. */
export interface EvaluationWatch {
  imported(name: string, found: FoundImport): void
  /** A provider or a rotator was asked for. */
  called(): void
}

/** An import, found and allowed. */
export interface FoundImport {
  readonly environment: Environment
  readonly revision: Revision
}

/** The name of text that belongs to no environment. */
export const anonymousName = '<yaml>'

/** What a check is for. With `showSecrets`, stored secrets are in the answer in clear; `findingsAlone` = nobody reads the text. */
interface CheckAim {
  readonly showSecrets: boolean
  readonly findingsAlone?: boolean
}

/** Type-checks a text without opening anything. */
export async function check(
  parts: ServiceParts,
  request: EvaluationRequest,
  { showSecrets, findingsAlone = false }: CheckAim,
): Promise<EvaluatedText> {
  // A check that reveals nothing needs no more of an import than its text.
  return await run(
    parts,
    request,
    { kind: 'check', showSecrets, findingsAlone },
    showSecrets ? 'open' : 'read',
  )
}

/** Evaluates a text with its providers. */
export async function open(parts: ServiceParts, request: EvaluationRequest): Promise<EvaluatedText> {
  return await run(parts, request, { kind: 'open' }, 'open')
}

/**
 * Evaluates a text and makes the next secrets of the rotators at `paths`; of all when there are none.
 *
 * @throws AppError PATH_INVALID for a path that is none
 */
export async function rotate(
  parts: ServiceParts,
  request: EvaluationRequest,
  paths: readonly string[],
): Promise<EvaluatedText> {
  return await run(parts, request, { kind: 'rotate', paths }, 'open')
}

/** Why an import is refused, once all findings are known. */
export type Refusal = (diagnostics: readonly Diagnostic[]) => AppError

async function run(
  parts: ServiceParts,
  request: EvaluationRequest,
  task: Task,
  needsOnImports: 'read' | 'open',
): Promise<EvaluatedText> {
  const hindrances: Hindrances = { refused: [], unavailable: [] }
  const { organization, caller } = request.access
  const ledger = createMintLedger(parts, {
    organizationId: organization.id,
    caller,
    environment: request.root,
  })
  const scope: EvaluationScope = {
    organization,
    caller,
    root: request.root,
    rootName: request.rootName,
    ledger,
  }
  // Made in the span, so that what it does is below it.
  const host = keepTenant(() => evaluationHost(parts, request, { needsOnImports, hindrances, scope }))
  // What is loaded stays within the caller's organizations; what signs and writes down is the server's own.
  const evaluated = await acrossTenants(() =>
    span('evaluate', { 'openesc.environment': request.rootName }, () =>
      (parts.evaluator ?? evaluatorInProcess).run(
        {
          task,
          name: request.rootName,
          source: request.source,
          context: (parts.context ?? callerContext)(scope),
          cycles: 'refuse',
          ...(parts.limits === undefined ? {} : { limits: parts.limits }),
        },
        host(),
      ),
    ),
  )
  // A token that the trail does not know of must have opened nothing (S-26).
  if (ledger.failure !== null) throw ledger.failure
  // A key that is away is no fault of the text: the request may be made again.
  const [away] = hindrances.unavailable
  if (away !== undefined) throw away
  const [first] = hindrances.refused
  // A refused import is a refused request, not a broken text: no partial result (S-21).
  if (first !== undefined) throw first(evaluated.diagnostics)
  return evaluated
}

/** What an evaluation met that is no finding about its texts. */
interface Hindrances {
  /** Imports that the caller may not open. */
  readonly refused: Refusal[]
  /** Keys that could not be used. */
  readonly unavailable: AppError[]
}

function evaluationHost(
  parts: ServiceParts,
  request: EvaluationRequest,
  {
    needsOnImports,
    hindrances,
    scope,
  }: {
    readonly needsOnImports: 'read' | 'open'
    readonly hindrances: Hindrances
    readonly scope: EvaluationScope
  },
): JobHost {
  const inEvaluation = remembered()
  return {
    owner: scope.organization.id,
    providers: watched(parts.providers(scope), request.watch),
    crypter: rootCrypter(parts, request, hindrances),
    loader: {
      load: keepTenant((name: string) =>
        inEvaluation(() =>
          span('load environment', { 'openesc.environment': name }, () =>
            loadImport(parts, request, needsOnImports, name, hindrances),
          ),
        ),
      ),
    },
    now: () => parts.clock().getTime(),
    ...(parts.timeout === undefined ? {} : { timeout: parts.timeout }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  }
}

function watched(providers: ProviderSet, watch: EvaluationWatch | undefined): ProviderSet {
  if (watch === undefined) return providers
  return {
    ...providers,
    provider(name) {
      watch.called()
      return providers.provider(name)
    },
    rotator(name) {
      watch.called()
      return providers.rotator(name)
    },
  }
}

/** A text that is not stored was sealed, if at all, for the revision that it may become. */
function rootCrypter(
  parts: ServiceParts,
  { root, access, text }: EvaluationRequest,
  { unavailable }: Hindrances,
): Crypter {
  const { organization } = access
  if (root === null) return parts.crypterFor(null, organization)
  const place = text ?? { revision: root.latest + 1 }
  return crypterOf(parts, { environment: root, organization }, place, (error) => unavailable.push(error))
}

/**
 * The text of an import, when the caller holds the needed right on it (S-21). An import that may not even be read is
 * `not found`, exactly like one that does not exist.
 */
async function loadImport(
  parts: ServiceParts,
  request: EvaluationRequest,
  needs: 'read' | 'open',
  name: string,
  { refused, unavailable }: Hindrances,
): Promise<LoadedEnvironment> {
  const found = await findImport(parts, request, needs, name, refused)
  request.watch?.imported(name, found)
  const { environment, revision } = found
  const home = { environment, organization: request.access.organization }
  const crypter: Crypter = crypterOf(parts, home, textOf(revision), (error) => unavailable.push(error))
  return { source: revision.source, crypter }
}

/**
 * The revision that an import leads to, when the caller holds the needed right on it now.
 *
 * @throws Error whose message is the finding; what refuses the whole request is added to `refused`
 */
export async function findImport(
  parts: ServiceParts,
  request: EvaluationRequest,
  needs: 'read' | 'open',
  name: string,
  refused: Refusal[],
): Promise<FoundImport> {
  const wanted = parseImportName(request.overrides?.get(name) ?? name)
  if (wanted === null) throw new Error('not found')
  const { access } = request
  return await parts.store.read(async (transaction) => {
    // The caller's place is read again: it may have been lost since the evaluation began.
    const entered = await enterOrganization(transaction, access.caller, access.organization.name)
    const environment =
      entered && (await transaction.environments.find(access.organization.id, wanted.project, wanted.name))
    if (entered === null || environment === null) throw new Error('not found')
    const permissions = await permissionsOn(transaction, entered, environment)
    if (!permissions.has('read')) throw new Error('not found')
    if (!permissions.has(needs)) {
      const named = { environment: formatName(environment) }
      refused.push((diagnostics) => new AppError('IMPORT_FORBIDDEN', named, { diagnostics }))
      throw new Error(`you may not open \`${formatName(environment)}\``)
    }
    if (needs === 'open') {
      const nowMs = parts.clock().getTime()
      try {
        await refuseGatedOpen(transaction, environment, access.caller.ownerId, nowMs)
      } catch (error) {
        if (error instanceof AppError) refused.push(() => error)
        throw error
      }
    }
    const revision = await importedRevision(() => usableRevision(transaction, environment, wanted.version))
    request.imported?.(`${environment.project}/${environment.name}@${revision.number}`)
    request.uses?.({ environment, version: wanted.version, revision: revision.number })
    return { revision, environment }
  })
}

/** A missing revision of an import is `not found`; a retracted one tells its reason. */
async function importedRevision<T>(find: () => Promise<T>): Promise<T> {
  try {
    return await find()
  } catch (error) {
    if (error instanceof AppError && error.code === 'REVISION_NOT_FOUND') throw new Error('not found')
    if (error instanceof AppError && error.code === 'REVISION_RETRACTED') {
      throw new Error(error.message.replace(/^Not Found: /, ''))
    }
    throw error
  }
}
