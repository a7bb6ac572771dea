import type { Accessor } from '../expr/index.ts'
import { itemSchema, propertySchema, type Schema } from '../schema/index.ts'
import { didYouMean, quote } from '../value/index.ts'
import { type Access, type Expr, placeholder } from './expr.ts'
import type { ExpressionEvaluator } from './expression-evaluator.ts'
import { isList, isRecord, sortKeys, unknownValue, Value } from './value.ts'
import { pending } from './waiting.ts'

/**
 * One `${…}` being followed (language specification §7.2–§7.5). Literals on the way are not evaluated, only what the reference ends
 * at or has to look into. Records what each step reached.
 */
export class Reference {
  readonly #evaluator: ExpressionEvaluator
  readonly #from: Expr
  readonly #accessors: readonly Accessor[]
  readonly #reached: (Expr | null)[]
  readonly #accept: Schema

  constructor(evaluator: ExpressionEvaluator, from: Expr, access: Access, accept: Schema) {
    this.#evaluator = evaluator
    this.#from = from
    this.#accessors = access.accessors
    this.#reached = access.reached
    this.#accept = accept
  }

  /** The value referred to; what cannot be reached is unknown and reported. */
  value(): Value {
    const { budget } = this.#evaluator
    budget.reference()
    budget.enterReference()
    const value = this.#start()
    budget.leaveReference()
    return value
  }

  #start(): Value {
    const first = this.#accessors[0]!
    if (first.kind !== 'index') {
      if (first.key === 'imports') return this.#imports()
      if (first.key === 'context') return this.#startAt(this.#evaluator.context)
      if (first.key === 'environments') return this.#environment()
    }
    return this.#throughExpressions()
  }

  #imports(): Value {
    const { myImports } = this.#evaluator
    if (myImports === null) throw pending
    return this.#startAt(myImports)
  }

  #startAt(value: Value): Value {
    this.#reached[0] = value.def
    return this.#throughValues(1, value)
  }

  /** `${environments.<project>.<environment>…}`: evaluated on the way, never merged (§7.4). */
  #environment(): Value {
    if (this.#accessors.length < 3) return this.#invalid(0)
    const [, project, environment] = this.#accessors as [Accessor, Accessor, Accessor]
    if (project.kind === 'index') return this.#refused(1, integerKey)
    if (environment.kind === 'index') return this.#refused(2, integerKey)
    const name = `${project.key}/${environment.key}`
    const found = this.#evaluator.evaluateImport(this.#from.place, name)
    const value = found ?? unknownValue(placeholder(null))
    const record = (key: string, child: Value) => new Value(this.#from, true, new Map([[key, child]]))
    const environments = record('environments', record(project.key, record(environment.key, value)))
    return this.#throughValues(0, environments)
  }

  #throughExpressions(): Value {
    let receiver: Expr = this.#evaluator.root
    for (let i = 0; i < this.#accessors.length; ) {
      const { body } = receiver
      if (body.kind === 'array') {
        const fault = indexFault(this.#accessors[i]!, body.elements.length)
        if (fault !== null) return this.#refused(i, fault)
        receiver = body.elements[indexOf(this.#accessors[i]!)]!
      } else if (body.kind === 'object') {
        const accessor = this.#accessors[i]!
        if (accessor.kind === 'index') return this.#refused(i, integerKey)
        const property = body.properties.get(accessor.key)
        if (property === undefined) {
          if (receiver.base?.isObject()) return this.#throughValues(i, receiver.base)
          return this.#unknownProperty(i, accessor.key, body.properties)
        }
        receiver = property
      } else if (body.kind === 'call' && body.call.builtin === 'secret') {
        if (body.call.plaintext === null) {
          this.#evaluator.error(this.#from.place, 'internal error: no receiver')
          return this.#invalid(i)
        }
        receiver = body.args[0]!
        continue
      } else {
        return this.#throughValues(i, this.#evaluator.evaluateExpr(receiver, this.#accept))
      }
      this.#reached[i] = receiver
      i += 1
    }
    return this.#evaluator.evaluateExpr(receiver, true)
  }

  #throughValues(from: number, start: Value): Value {
    let receiver = start
    for (let i = from; i < this.#accessors.length; ) {
      const accessor = this.#accessors[i]!
      if (receiver.unknown) return this.#throughUnknown(i, receiver.schema)
      const { content } = receiver
      if (isList(content)) {
        const fault = indexFault(accessor, content.length)
        if (fault !== null) return this.#refused(i, fault)
        receiver = content[indexOf(accessor)]!
      } else if (isRecord(content)) {
        if (accessor.kind === 'index') return this.#refused(i, integerKey)
        const property = content.get(accessor.key)
        if (property === undefined) {
          if (!receiver.base?.isObject())
            return this.#unknownProperty(i, accessor.key, content, receiver.secret)
          receiver = receiver.base
          continue
        }
        receiver = property
      } else {
        return this.#refused(i, noContainer)
      }
      this.#reached[i] = receiver.def
      i += 1
    }
    return receiver
  }

  /** Follows the remaining steps through a schema: the values behind it are not known. */
  #throughUnknown(from: number, start: Schema): Value {
    let schema = start
    let origin: Expr | null = null
    for (let i = from; i < this.#accessors.length; i++) {
      const accessor = this.#accessors[i]!
      if (schema !== true) {
        if (schema === false) return this.#refused(i, noContainer)
        if (schema.type === 'array') {
          const length = schema.items === false ? (schema.prefixItems?.length ?? 0) : null
          const fault = indexFault(accessor, length)
          if (fault !== null) return this.#refused(i, fault)
          schema = itemSchema(schema, indexOf(accessor))
        } else if (schema.type === 'object') {
          if (accessor.kind === 'index') return this.#refused(i, integerKey)
          schema = propertySchema(schema, accessor.key)
        } else {
          return this.#refused(i, noContainer)
        }
      }
      origin = placeholder(this.#from.place)
      this.#reached[i] = origin
    }
    return unknownValue(origin ?? placeholder(this.#from.place), schema)
  }

  /** The names in a secret record are secret too, so none is suggested. */
  #unknownProperty(at: number, key: string, known: ReadonlyMap<string, unknown>, secret = false): Value {
    const suggests = !secret && this.#evaluator.budget.suggests(known.size)
    const suggestion = suggests ? didYouMean(key, sortKeys([...known.keys()])) : ''
    return this.#refused(at, `unknown property ${quote(key)}${suggestion}`)
  }

  #refused(at: number, rule: string): Value {
    const place = this.#from.place
    const range = this.#accessors[at]!.range ?? place?.range ?? null
    this.#evaluator.error(range && { range, path: place?.path ?? '' }, rule)
    return this.#invalid(at)
  }

  /** Whatever the remaining steps would have reached is unknown. */
  #invalid(from: number): Value {
    let origin = placeholder(this.#from.place)
    for (let i = from; i < this.#accessors.length; i++) {
      origin = placeholder(this.#from.place)
      this.#reached[i] = origin
    }
    return unknownValue(origin)
  }
}

const integerKey = 'cannot access an object property using an integer index'
const noContainer = 'receiver must be an array or an object'

/** What is wrong with a step into a list of `length` elements (`null` = of any length). */
function indexFault(accessor: Accessor, length: number | null): string | null {
  if (accessor.kind !== 'index') return 'cannot access an array element using a property name'
  const { index } = accessor
  if (index < 0n) return 'array indices must not be negative'
  if (length === null || index < BigInt(length)) return null
  return `array index ${index} out-of-bounds for array of length ${length}`
}

function indexOf(accessor: Accessor): number {
  return accessor.kind === 'index' ? Number(accessor.index) : 0
}
