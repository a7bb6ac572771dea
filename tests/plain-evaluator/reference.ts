import type { Accessor } from '../../src/expr/index.ts'
import { itemSchema, propertySchema, type Schema } from '../../src/schema/index.ts'
import { compareBytes, didYouMean, quote } from '../../src/value/index.ts'
import type { EnvironmentEvaluator } from './evaluate.ts'
import { type Access, type Expr, placeholder, unknown, Value } from './model.ts'

/** §7.2: the value that an access in `x` leads to. */
export async function follow(
  e: EnvironmentEvaluator,
  x: Expr,
  { access, reached }: Access,
  accept: Schema,
): Promise<Value> {
  const { accessors } = access
  const first = accessors[0]!

  const refuse = (i: number, message: string): Value => {
    const range = accessors[i]!.range ?? x.place?.range ?? null
    e.error(range === null ? null : { range, path: x.place?.path ?? '' }, message)
    return invalid(i)
  }
  const invalid = (from: number): Value => {
    let last = unknown(placeholder(x.place))
    for (let i = from; i < accessors.length; i++) {
      last = unknown(placeholder(x.place))
      reached[i] = last.def
    }
    return last
  }
  const unknownProperty = (i: number, key: string, known: Iterable<string>): Value =>
    refuse(i, `unknown property ${quote(key)}${didYouMean(key, [...known].sort(compareBytes))}`)

  const throughUnknown = (from: number, start: Schema): Value => {
    let schema = start
    let value: Value | null = null
    for (let i = from; i < accessors.length; i++) {
      const accessor = accessors[i]!
      if (schema === false || (schema !== true && schema.type !== 'array' && schema.type !== 'object')) {
        return refuse(i, 'receiver must be an array or an object')
      }
      if (schema !== true && schema.type === 'array') {
        const problem = indexProblem(
          accessor,
          schema.items === false ? (schema.prefixItems ?? []).length : null,
        )
        if (problem !== null) return refuse(i, problem)
        schema = itemSchema(schema, indexOf(accessor))
      } else if (schema !== true) {
        if (accessor.kind === 'index') return refuse(i, integerKey)
        schema = propertySchema(schema, accessor.key)
      }
      value = unknown(placeholder(x.place), schema)
      reached[i] = value.def
    }
    return value ?? unknown(placeholder(x.place), schema)
  }

  const throughValue = (from: number, start: Value): Value => {
    let receiver = start
    for (let i = from; i < accessors.length; ) {
      const accessor = accessors[i]!
      if (receiver.unknown) return throughUnknown(i, receiver.schema)
      const { repr } = receiver
      if (Array.isArray(repr)) {
        const problem = indexProblem(accessor, repr.length)
        if (problem !== null) return refuse(i, problem)
        receiver = repr[indexOf(accessor)]!
      } else if (repr instanceof Map) {
        if (accessor.kind === 'index') return refuse(i, integerKey)
        const own = repr.get(accessor.key)
        if (own === undefined) {
          // Beyond the specification: names in a secret record are not suggested (S-47).
          if (!receiver.base?.isObject())
            return unknownProperty(i, accessor.key, receiver.secret ? [] : repr.keys())
          receiver = receiver.base
          continue
        }
        receiver = own
      } else return refuse(i, 'receiver must be an array or an object')
      reached[i] = receiver.def
      i += 1
    }
    return receiver
  }

  if (first.kind !== 'index' && (first.key === 'imports' || first.key === 'context')) {
    const value = first.key === 'imports' ? e.myImports : e.context
    reached[0] = value.def
    return throughValue(1, value)
  }
  if (first.kind !== 'index' && first.key === 'environments') {
    if (accessors.length < 3) return invalid(0)
    const [, project, environment] = accessors
    if (project!.kind === 'index') return refuse(1, integerKey)
    if (environment!.kind === 'index') return refuse(2, integerKey)
    const found = await e.evaluateImport(x.place, `${project!.key}/${environment!.key}`)
    const inner = new Value(x, true, new Map([[environment!.key, found ?? unknown(placeholder(null))]]))
    const outer = new Value(x, true, new Map([[project!.key, inner]]))
    return throughValue(0, new Value(x, true, new Map([['environments', outer]])))
  }
  let receiver = e.root
  for (let i = 0; i < accessors.length; ) {
    const accessor = accessors[i]!
    const { kind } = receiver
    if (kind.is === 'array') {
      const problem = indexProblem(accessor, kind.elements.length)
      if (problem !== null) return refuse(i, problem)
      receiver = kind.elements[indexOf(accessor)]!
    } else if (kind.is === 'object') {
      if (accessor.kind === 'index') return refuse(i, integerKey)
      const own = kind.own.get(accessor.key)
      if (own === undefined) {
        if (receiver.base?.isObject()) return throughValue(i, receiver.base)
        return unknownProperty(i, accessor.key, kind.own.keys())
      }
      receiver = own
    } else if (kind.is === 'call' && kind.call.builtin === 'secret') {
      const plaintext = kind.args.get('plaintext')
      if (plaintext === undefined) {
        e.error(x.place, 'internal error: no receiver')
        return invalid(i)
      }
      receiver = plaintext
      continue
    } else return throughValue(i, await e.evaluateExpr(receiver, accept))
    reached[i] = receiver
    i += 1
  }
  return e.evaluateExpr(receiver, true)
}

const integerKey = 'cannot access an object property using an integer index'

function indexProblem(accessor: Accessor, length: number | null): string | null {
  if (accessor.kind !== 'index') return 'cannot access an array element using a property name'
  if (accessor.index < 0n) return 'array indices must not be negative'
  if (length === null || accessor.index < BigInt(length)) return null
  return `array index ${accessor.index} out-of-bounds for array of length ${length}`
}

const indexOf = (accessor: Accessor) => (accessor.kind === 'index' ? Number(accessor.index) : 0)
