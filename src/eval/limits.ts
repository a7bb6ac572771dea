import { type Diagnostic, errorAt, limitMessage } from '../diag/index.ts'
import { byteLength, type ExportedValue } from '../value/index.ts'
import type { EvaluationLimits } from './evaluation.ts'
import { exportedSize } from './exported-size.ts'
import type { Place } from './expr.ts'

/** The bounds of one evaluation unless the caller sets others (security requirement S-42). */
export const defaultLimits: EvaluationLimits = Object.freeze({
  depth: 512,
  nodes: 20_000,
  imports: 128,
  directImports: 64,
  importDepth: 16,
  references: 10_000,
  referenceDepth: 64,
  steps: 200_000,
  milliseconds: 2000,
  stringBytes: 1024 * 1024,
  outputBytes: 4 * 1024 * 1024,
  providerCalls: 64,
  parallelCalls: 16,
  openMilliseconds: 60_000,
})

/** No caller may raise a bound beyond this. */
const ceilings: EvaluationLimits = {
  depth: 1000,
  nodes: 100_000,
  imports: 512,
  directImports: 256,
  importDepth: 32,
  references: 50_000,
  referenceDepth: 128,
  steps: 2_000_000,
  milliseconds: 10_000,
  stringBytes: 4 * 1024 * 1024,
  outputBytes: 16 * 1024 * 1024,
  providerCalls: 256,
  parallelCalls: 32,
  openMilliseconds: 120_000,
}

/** The bounds of an evaluation: what the caller asks for, held below the ceilings, else the defaults. */
export function limitsFrom(wanted: Partial<EvaluationLimits> = {}): EvaluationLimits {
  const limits: { -readonly [K in keyof EvaluationLimits]: number } = { ...defaultLimits }
  for (const name of Object.keys(ceilings) as (keyof EvaluationLimits)[]) {
    limits[name] = Math.min(wanted[name] ?? defaultLimits[name], ceilings[name])
  }
  // Without a call at a time nothing would ever end.
  limits.parallelCalls = Math.max(limits.parallelCalls, 1)
  return limits
}

// The clock is looked at once in so many steps.
const stepsBetweenLooks = 128

// Names compared for "did you mean" in one evaluation: each costs about a microsecond.
const suggestionCandidates = 50_000

/** Ends an evaluation that would pass one of its bounds; the entry points turn it into a diagnostic. */
export class LimitExceeded extends Error {
  readonly #got: number
  readonly #what: string
  readonly #limit: number
  readonly #place: Place | null

  constructor(got: number, what: string, limit: number, place: Place | null = null) {
    super(limitMessage(got, what, limit))
    this.name = 'LimitExceeded'
    this.#got = got
    this.#what = what
    this.#limit = limit
    this.#place = place
  }

  /** `fallback` says where evaluation stood, for bounds that do not know it. */
  diagnostic(fallback: Place | null): Diagnostic {
    const place = this.#place ?? fallback
    const range = place?.range ?? null
    const summary = limitMessage(this.#got, this.#what, this.#limit, range?.begin.line)
    return errorAt(range, summary, place?.path ?? '')
  }
}

/** What a run has spent that counts for the whole evaluation. */
export interface Spent {
  readonly steps: number
  readonly references: number
  readonly candidates: number
  readonly milliseconds: number
}

/** What one run of the evaluator may still spend. Counted while spending, before anything is allocated. */
export class Budget {
  readonly limits: EvaluationLimits
  /** The innermost expression being evaluated, to say where a bound was passed. */
  at: Place | null = null
  depth = 0
  referenceDepth = 0
  steps = 0
  #nodes = 0
  #references = 0
  #candidates = 0
  #ticks = 0
  #millisecondsBefore = 0
  readonly #now: () => number
  readonly #start: number

  constructor(limits: EvaluationLimits, now: () => number = () => 0) {
    this.limits = limits
    this.#now = now
    this.#start = now()
  }

  get milliseconds(): number {
    return this.#millisecondsBefore + this.#now() - this.#start
  }

  /** What is spent so far. */
  get spent(): Spent {
    const { steps, milliseconds } = this
    return { steps, references: this.#references, candidates: this.#candidates, milliseconds }
  }

  /** Goes on from what an earlier run had spent. Time that was spent on what is done anew is spent too: see `spendTime`. */
  resume({ steps, references, candidates }: Omit<Spent, 'milliseconds'>): void {
    this.steps = steps
    this.#references = references
    this.#candidates = candidates
  }

  /** Counts time that earlier runs took. */
  spendTime(milliseconds: number): void {
    this.#millisecondsBefore = milliseconds
  }

  /** One more level of nesting; leave it with `leave`. */
  enter(): void {
    this.#tick(1)
    this.depth += 1
    if (this.depth > this.limits.depth) this.exceeded(this.depth, 'levels of nesting', this.limits.depth)
  }

  leave(): void {
    this.depth -= 1
  }

  /** One more step, or as many as a longer piece of work is worth. */
  step(count = 1): void {
    this.#tick(count)
    this.steps += count
    if (this.steps > this.limits.steps) this.exceeded(this.steps, 'evaluation steps', this.limits.steps)
  }

  #tick(count: number): void {
    this.#ticks += count
    if (this.#ticks < stepsBetweenLooks) return
    this.#ticks = 0
    const spent = this.milliseconds
    const { milliseconds } = this.limits
    if (spent > milliseconds) this.exceeded(spent, 'ms of evaluation', milliseconds)
  }

  /** Counts the expressions of one document from here on. */
  startDocument(): void {
    this.#nodes = 0
  }

  node(place: Place | null): void {
    this.#nodes += 1
    if (this.#nodes <= this.limits.nodes) return
    this.at = place ?? this.at
    this.exceeded(this.#nodes, 'nodes', this.limits.nodes)
  }

  reference(): void {
    this.#references += 1
    const { references } = this.limits
    if (this.#references > references) this.exceeded(this.#references, 'references', references)
  }

  /** One more reference that has to be followed before the one at hand; leave it with `leaveReference`. */
  enterReference(): void {
    this.referenceDepth += 1
    const { referenceDepth } = this.limits
    if (this.referenceDepth > referenceDepth)
      this.exceeded(this.referenceDepth, 'references in a chain', referenceDepth)
  }

  leaveReference(): void {
    this.referenceDepth -= 1
  }

  /** Refuses a computed text of more than the allowed bytes; call it before the text is built where that is possible. */
  textBytes(bytes: number): void {
    const { stringBytes } = this.limits
    if (bytes > stringBytes) this.exceeded(bytes, 'bytes in a computed string', stringBytes)
  }

  /** The same of a text that is there. */
  text(text: string): void {
    // No UTF-16 unit becomes more than three bytes.
    if (text.length * 3 > this.limits.stringBytes) this.textBytes(byteLength(text))
  }

  /** Refuses data that leave the evaluator when they are too many. */
  data(exported: ExportedValue, what: 'bytes of output' | 'bytes of inputs'): void {
    const { outputBytes } = this.limits
    const bytes = exportedSize(exported, outputBytes)
    if (bytes > outputBytes) this.exceeded(bytes, what, outputBytes)
  }

  /** Refuses data whose JSON is a text too long, before it is written. */
  json(exported: ExportedValue): void {
    // The size is an estimate: a list of short numbers is a third of it.
    const most = this.limits.stringBytes * 3
    const bytes = exportedSize(exported, most)
    if (bytes > most) this.textBytes(bytes)
  }

  /** Whether a suggestion may still be looked for among so many names. After much of it, errors come without. */
  suggests(candidates: number): boolean {
    this.#candidates += candidates
    return this.#candidates <= suggestionCandidates
  }

  exceeded(got: number, what: string, limit: number): never {
    throw new LimitExceeded(got, what, limit, this.at)
  }
}
