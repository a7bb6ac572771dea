import { AppError, type Diagnostic, errorAt } from '../diag/index.ts'
import type { Definition } from '../expr/index.ts'
import { formatPropertyPath, parsePropertyPath } from '../value/index.ts'
import { Attempt, type Checkpoint } from './attempt.ts'
import { ownContextKeys } from './context-value.ts'
import { EnvironmentEvaluator } from './environment-evaluator.ts'
import type { Environment, Evaluation, EvaluationHost, EvaluationLimits } from './evaluation.ts'
import { exportEnvironment } from './export-environment.ts'
import type { Place } from './expr.ts'
import { LimitExceeded, limitsFrom } from './limits.ts'
import { Outside } from './outside.ts'
import type { Mode } from './scope.ts'
import { pending } from './waiting.ts'

/**
 * Checks an environment: everything is evaluated and typed, providers are asked for their schemas only. Secrets stay sealed
 * unless `showSecrets`.
 */
export function checkEnvironment(
  name: string,
  definition: Definition | null,
  host: EvaluationHost,
  { showSecrets = false }: { readonly showSecrets?: boolean } = {},
): Promise<Evaluation> {
  const mode = { validating: true, rotating: false, decrypts: showSecrets, rotatePaths: new Set<string>() }
  return evaluate(name, definition, host, mode)
}

/** Opens an environment: providers are called, independent ones side by side. */
export function openEnvironment(
  name: string,
  definition: Definition | null,
  host: EvaluationHost,
): Promise<Evaluation> {
  const mode = { validating: false, rotating: false, decrypts: true, rotatePaths: new Set<string>() }
  return evaluate(name, definition, host, mode)
}

/**
 * Opens an environment and rotates the rotators at `paths` (property paths below `values`; none = all), one after the other.
 * The new states are in `patches`; saving them is the caller's work.
 *
 * @throws AppError for a path that is none
 */
export async function rotateEnvironment(
  name: string,
  definition: Definition | null,
  host: EvaluationHost,
  { paths = [] }: { readonly paths?: readonly string[] } = {},
): Promise<Evaluation> {
  const rotatePaths = new Set(paths.map((path) => formatPropertyPath(['values', ...parsePropertyPath(path)])))
  return await evaluate(name, definition, host, {
    validating: false,
    rotating: true,
    decrypts: true,
    rotatePaths,
  })
}

// Every answer that others wait for costs another attempt; all attempts together may take this many times the steps of one.
const attemptAllowance = 10

const nothing: Evaluation = Object.freeze({ environment: null, diagnostics: [], patches: [], rotations: [] })

async function evaluate(
  name: string,
  definition: Definition | null,
  host: EvaluationHost,
  mode: Mode,
): Promise<Evaluation> {
  for (const key of ownContextKeys) {
    if (!Object.hasOwn(host.context, key)) continue
    throw new AppError('REQUEST_INVALID', { what: `reserved context key: "${key}"`, hint: 'rename the key' })
  }
  if (definition === null || isEmpty(definition)) return nothing
  const limits = limitsFrom(host.limits)
  const deadline = host.timeout?.(limits.openMilliseconds) ?? null
  const outside = new Outside(host, limits, mode.decrypts, deadline)
  outside.reserve(name)
  outside.expect(definition, host.crypter, 0)
  let steps = 0
  let milliseconds = 0
  let checkpoint: Checkpoint | null = null
  let rehearses = host.cycles === 'refuse' && !mode.validating
  for (;;) {
    const run: Attempt = new Attempt(
      { mode, rehearses, resumed: checkpoint },
      outside,
      limits,
      host.context,
      host.now,
    )
    run.budget.spendTime(milliseconds)
    const outcome = attempt(name, definition, host, run)
    if (typeof outcome === 'object') return outcome
    if (outcome === 'rehearsed') rehearses = false
    steps += run.budget.steps - (checkpoint?.spent.steps ?? 0)
    milliseconds = run.budget.milliseconds
    checkpoint = run.checkpoint
    if (steps > limits.steps * attemptAllowance) return tooManySteps(limits)
    if (outcome === 'rehearsed') continue
    try {
      await outside.operations.news()
    } catch (error) {
      if (!deadline?.aborted || host.signal?.aborted) throw error
      return tookTooLong(limits, outside)
    }
  }
}

function tookTooLong({ openMilliseconds: limit }: EvaluationLimits, outside: Outside): Evaluation {
  const calls = outside.pendingCalls()
  const [first] = calls
  const exceeded = new LimitExceeded(limit, 'ms for one open', limit, first?.syntax ?? null)
  const names = calls.map(({ syntax, name }) => `${syntax.range.environment}: ${syntax.path} (${name})`)
  const detail = names.length === 0 ? '' : `still waiting for ${names.join(', ')}`
  return { ...nothing, diagnostics: [{ ...exceeded.diagnostic(null), detail }] }
}

function tooManySteps({ steps }: EvaluationLimits): Evaluation {
  const allowed = steps * attemptAllowance
  const exceeded = new LimitExceeded(allowed + 1, 'evaluation steps while waiting for answers', allowed)
  return { ...nothing, diagnostics: [exceeded.diagnostic(null)] }
}

function isEmpty({ values, imports }: Definition): boolean {
  return (values ?? []).length === 0 && (imports ?? []).length === 0
}

/**
 * One evaluation from the start. `awaits`: an answer is missing. `rehearsed`: there is no cycle, so that the calls which were
 * left out may be made.
 */
function attempt(
  name: string,
  definition: Definition,
  host: EvaluationHost,
  run: Attempt,
): Evaluation | 'awaits' | 'rehearsed' {
  const plan = { name, definition, crypter: host.crypter, isRoot: true, rootName: name, importDepth: 0 }
  const evaluator = new EnvironmentEvaluator(plan, run)
  if (run.resumed === null) run.imports.set(name, { value: null })
  run.enterEnvironment(name, null)
  let environment: Environment | null = null
  const diagnostics: Diagnostic[] = evaluator.diagnostics
  try {
    const value = evaluator.evaluateEnvironment()
    if (run.heldCalls > 0 && !run.cyclic) return 'rehearsed'
    environment = exportEnvironment(evaluator, value)
  } catch (error) {
    if (error === pending) return 'awaits'
    diagnostics.push(limitDiagnostic(error, run.budget.at))
  }
  return Object.freeze({
    environment,
    diagnostics: Object.freeze(diagnostics),
    patches: Object.freeze(run.patches),
    rotations: Object.freeze(run.rotations),
  })
}

/** A full stack is a limit like any other: nothing a user writes may end in a crash. */
function limitDiagnostic(error: unknown, at: Place | null): Diagnostic {
  if (error instanceof LimitExceeded) return error.diagnostic(at)
  if (error instanceof RangeError) {
    const what = /stack/.test(error.message) ? 'nested too deep' : 'a value too large to be held'
    return errorAt(at?.range ?? null, `limit_exceeded: ${what}`, at?.path ?? '')
  }
  throw error
}
