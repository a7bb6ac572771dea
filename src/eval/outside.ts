import { decodeEnvelope } from '../crypto/envelope.ts'
import { type Diagnostic, hasErrors } from '../diag/index.ts'
import { type CallExpression, type Definition, loadDefinition, type StringExpression } from '../expr/index.ts'
import { decodeUtf8, type ExportedRecord, type ExportedValue, type PropertyPath } from '../value/index.ts'
import type { EvaluationHost, EvaluationLimits } from './evaluation.ts'
import { Gate } from './gate.ts'
import { LimitExceeded } from './limits.ts'
import type { Crypter, ExecutionContext, Provider, Rotator } from './provider.ts'
import { sameRecord } from './same-export.ts'
import { type Survey, surveyOf } from './survey.ts'
import { type Operation, Operations } from './waiting.ts'

/** An imported environment as it was found: parsed, with what parsing it said. */
export interface LoadedDefinition {
  readonly definition: Definition | null
  readonly diagnostics: readonly Diagnostic[]
  readonly crypter: Crypter
  readonly survey: Survey | null
}

/** What a provider or rotator said besides its answer. */
export interface ProviderWarning {
  readonly summary: string
  readonly detail: string
}

interface ProviderCall {
  readonly inputs: ExportedRecord
  readonly state: ExportedRecord | null
  readonly warnings: readonly ProviderWarning[]
  readonly operation: Operation<ExportedValue>
}

/** What the evaluator tells a provider; the warnings are collected per call. */
export type CallContext = Omit<ExecutionContext, 'warn'>

/** What a provider or rotator gave, and what it warned of. */
export interface ProviderAnswer {
  readonly value: ExportedValue
  readonly warnings: readonly ProviderWarning[]
}

/**
 * Everything the evaluator asks of the world, each question once per evaluation. Answers are kept across attempts;
 * a question without an answer yet throws `pending`. What can be foreseen from a definition alone is asked ahead.
 */
export class Outside {
  readonly operations: Operations
  readonly #host: EvaluationHost
  readonly #limits: EvaluationLimits
  readonly #decrypts: boolean
  readonly #signal: AbortSignal
  readonly #gate: Gate
  readonly #loads = new Map<string, Operation<LoadedDefinition>>()
  readonly #providers = new Map<string, Operation<Provider>>()
  readonly #rotators = new Map<string, Operation<Rotator>>()
  readonly #secretPaths = new Map<StringExpression, PropertyPath>()
  readonly #plaintexts = new Map<StringExpression, Operation<string>>()
  readonly #opens = new Map<CallExpression, ProviderCall>()
  readonly #rotations = new Map<CallExpression, ProviderCall>()
  #providerCalls = 0

  constructor(
    host: EvaluationHost,
    limits: EvaluationLimits,
    decrypts: boolean,
    deadline: AbortSignal | null,
  ) {
    this.#host = host
    this.#limits = limits
    this.#decrypts = decrypts
    this.#signal = AbortSignal.any([host.signal, deadline].filter((signal) => signal != null))
    this.#gate = new Gate(limits.parallelCalls)
    this.operations = new Operations(this.#signal, host.waits)
  }

  /** Asks ahead for what `definition` is sure or likely to need: its imports, its providers, its secrets. */
  expect(definition: Definition, crypter: Crypter, importDepth: number): Survey {
    const survey = surveyOf(definition)
    if (importDepth < this.#limits.importDepth) {
      for (const { name } of (definition.imports ?? []).slice(0, this.#limits.directImports)) {
        if (name !== null && this.#loads.size < this.#limits.imports)
          this.#startLoad(name.value, importDepth + 1)
      }
    }
    for (const call of survey.calls) {
      if (call.builtin === 'open' && call.provider !== null) this.#startProvider(call.provider.value)
      if (call.builtin === 'rotate' && call.provider !== null) this.#startRotator(call.provider.value)
    }
    for (const [ciphertext, path] of survey.secrets) {
      this.#secretPaths.set(ciphertext, path)
      const sealed = this.#decrypts ? openEnvelope(ciphertext.value) : null
      if (sealed !== null) this.#startDecryption(ciphertext, crypter, sealed)
    }
    return survey
  }

  /**
   * Whether it is sure that nothing a definition inherits is final: then its own calls will be made, whatever its imports
   * turn out to hold. Sure only once all of them are loaded.
   */
  inheritsNothingFinal({ imports }: Definition, seen: Set<string> = new Set()): boolean {
    return (imports ?? []).every(({ name }) => {
      if (name === null || seen.has(name.value)) return true
      seen.add(name.value)
      const load = this.#loads.get(name.value)
      if (load === undefined || !load.settled) return name.value === this.#reserved
      if (load.failed) return true
      const { definition, survey } = load.take()
      if (definition === null || survey === null) return true
      return !survey.mayBeFinal && this.inheritsNothingFinal(definition, seen)
    })
  }

  /** The root is never loaded: importing it is a cycle. */
  reserve(rootName: string): void {
    this.#reserved = rootName
  }
  #reserved: string | null = null

  load(name: string, importDepth: number): LoadedDefinition {
    if (!this.#loads.has(name) && this.#loads.size >= this.#limits.imports) {
      throw new LimitExceeded(this.#loads.size + 1, 'imported environments', this.#limits.imports)
    }
    return this.#startLoad(name, importDepth).take()
  }

  #startLoad(name: string, importDepth: number): Operation<LoadedDefinition> {
    return once(this.#loads, name, () =>
      this.operations.start(async () => {
        if (name === this.#reserved) throw new Error(`cyclic import of ${name}`)
        const { source, crypter } = await this.#host.loader.load(name)
        const { definition, diagnostics } = loadDefinition(name, source)
        const usable = definition !== null && !hasErrors(diagnostics)
        const survey = usable ? this.expect(definition, crypter, importDepth) : null
        return { definition, diagnostics, crypter, survey }
      }),
    )
  }

  provider(name: string): Provider {
    return this.#startProvider(name).take()
  }

  #startProvider(name: string): Operation<Provider> {
    return once(this.#providers, name, () => this.operations.start(() => this.#host.providers.provider(name)))
  }

  rotator(name: string): Rotator {
    return this.#startRotator(name).take()
  }

  #startRotator(name: string): Operation<Rotator> {
    return once(this.#rotators, name, () => this.operations.start(() => this.#host.providers.rotator(name)))
  }

  /** The plaintext of a sealed secret; `sealed` is the content of its envelope. */
  decrypt(ciphertext: StringExpression, crypter: Crypter, sealed: Uint8Array): string {
    return this.#startDecryption(ciphertext, crypter, sealed).take()
  }

  #startDecryption(ciphertext: StringExpression, crypter: Crypter, sealed: Uint8Array): Operation<string> {
    return once(this.#plaintexts, ciphertext, () =>
      this.operations.start(async () => {
        // Every definition is surveyed before it is evaluated.
        const path = this.#secretPaths.get(ciphertext) ?? []
        return decodeUtf8(await crypter.decrypt(sealed, path))
      }),
    )
  }

  /** The answer of `fn::open`; asked once per call and inputs. */
  open(
    call: CallExpression,
    provider: Provider,
    inputs: ExportedRecord,
    context: CallContext,
  ): ProviderAnswer {
    return this.#ask(this.#opens, call, inputs, null, context, (full) =>
      provider.open(inputs, full, this.#signal),
    )
  }

  openRotated(
    call: CallExpression,
    rotator: Rotator,
    inputs: ExportedRecord,
    state: ExportedRecord | null,
    context: CallContext,
  ): ProviderAnswer {
    return this.#ask(this.#opens, call, inputs, state, context, (full) =>
      rotator.open(inputs, state, full, this.#signal),
    )
  }

  /** The next state. `now` tells whether every earlier question is answered: only then may a rotation begin. */
  rotate(
    call: CallExpression,
    rotator: Rotator,
    inputs: ExportedRecord,
    state: ExportedRecord | null,
    context: CallContext,
  ): ProviderAnswer {
    return this.#ask(this.#rotations, call, inputs, state, context, (full) =>
      rotator.rotate(inputs, state, full, this.#signal),
    )
  }

  /** The calls that have not answered. */
  pendingCalls(): readonly CallExpression[] {
    return [...this.#rotations, ...this.#opens]
      .filter(([, { operation }]) => !operation.settled)
      .map(([call]) => call)
  }

  /** Whether the rotation of this call has begun. */
  hasRotation(call: CallExpression): boolean {
    return this.#rotations.has(call)
  }

  #ask(
    calls: Map<CallExpression, ProviderCall>,
    call: CallExpression,
    inputs: ExportedRecord,
    state: ExportedRecord | null,
    context: CallContext,
    run: (context: ExecutionContext) => Promise<ExportedValue>,
  ): ProviderAnswer {
    let asked = calls.get(call)
    if (asked === undefined || !sameRecord(asked.inputs, inputs) || !sameRecord(asked.state, state)) {
      asked = this.#start(inputs, state, context, run)
      calls.set(call, asked)
    }
    return { value: asked.operation.take(), warnings: asked.warnings }
  }

  #start(
    inputs: ExportedRecord,
    state: ExportedRecord | null,
    context: CallContext,
    run: (context: ExecutionContext) => Promise<ExportedValue>,
  ): ProviderCall {
    this.#providerCalls += 1
    const { providerCalls } = this.#limits
    if (this.#providerCalls > providerCalls)
      throw new LimitExceeded(this.#providerCalls, 'provider calls', providerCalls)
    const warnings: ProviderWarning[] = []
    const warn = (summary: string, detail = '') => void warnings.push({ summary, detail })
    const operation = this.operations.start(() => this.#gate.through(() => run({ ...context, warn })))
    return { inputs, state, warnings, operation }
  }
}

function once<K, T>(operations: Map<K, Operation<T>>, key: K, start: () => Operation<T>): Operation<T> {
  let operation = operations.get(key)
  if (operation === undefined) {
    operation = start()
    operations.set(key, operation)
  }
  return operation
}

/** `null` for what is no envelope: evaluation reports it when it gets there. */
function openEnvelope(text: string): Uint8Array | null {
  try {
    return decodeEnvelope(text)
  } catch {
    return null
  }
}
