import { decodeEnvelope } from '../../src/crypto/envelope.ts'
import { errorAt } from '../../src/diag/index.ts'
import type { BuiltinName, CallExpression, Expression } from '../../src/expr/index.ts'
import { compileSchema, metaSchema, type Schema, schemaFromJson } from '../../src/schema/index.ts'
import { joinKey } from '../../src/syntax/index.ts'
import {
  decodeBase64,
  decodeUtf8,
  type ExportedRecord,
  type ExportedValue,
  encodeBase64,
  encodeUtf8,
  isExportedRecord,
  parseJson,
  rejoinUtf8,
  stringifyJson,
  toJson,
} from '../../src/value/index.ts'
import { type EnvironmentEvaluator, toText } from './evaluate.ts'
import { deepSecret, fromPlain, unexport } from './merge.ts'
import { type Expr, type Kind, Value } from './model.ts'

const string: Schema = { type: 'string' }
const listOf = (items: Schema): Schema => ({ items, type: 'array' })

/** §6.2, the schema before evaluation. */
export function declaredSchema(name: BuiltinName): Schema {
  if (['join', 'fromBase64', 'toBase64', 'toJSON', 'toString', 'secret'].includes(name)) return string
  if (name === 'concat') return listOf(true)
  return name === 'split' ? listOf(string) : true
}

/** The argument expressions of a call by name. */
export function argumentsOf(call: CallExpression): [string, Expression | null][] {
  switch (call.builtin) {
    case 'join':
      return [
        ['delimiter', call.delimiter],
        ['values', call.values],
      ]
    case 'split':
      return [
        ['delimiter', call.delimiter],
        ['string', call.string],
      ]
    case 'secret':
      return call.plaintext !== null ? [['plaintext', call.plaintext]] : [['ciphertext', call.ciphertext]]
    case 'open':
      return [
        ['provider', call.provider],
        ['inputs', call.inputs],
      ]
    case 'rotate':
      return [
        ['provider', call.provider],
        ['inputs', call.inputs],
        ['state', call.state],
      ]
    case 'validate':
      return [
        ['schema', call.schema],
        ['value', call.value],
      ]
    default:
      return [['argument', call.argument]]
  }
}

type CallKind = Extract<Kind, { is: 'call' }>

/** §7.6. */
export async function call(e: EnvironmentEvaluator, x: Expr, kind: CallKind): Promise<Value> {
  const v = new Value(x, x.schema)
  const fail = (message?: string): Value => {
    if (message !== undefined) e.error(x.place, message)
    v.unknown = true
    return v
  }
  const arg = (name: string) => kind.args.get(name)!
  const text = (value: Value) => value.repr as string
  const { call } = kind
  switch (call.builtin) {
    case 'concat': {
      const { value, ok } = await e.typed(arg('argument'), listOf(listOf(true)))
      if (!ok) return fail()
      v.combine(value)
      if (!v.unknown) v.repr = (value.repr as Value[]).flatMap(({ repr }) => repr as Value[])
      return v
    }
    case 'join': {
      const delimiter = await e.typed(arg('delimiter'), string)
      const values = await e.typed(arg('values'), listOf(string))
      if (!delimiter.ok || !values.ok) return fail()
      v.combine(delimiter.value, values.value)
      if (!v.unknown)
        v.repr = rejoinUtf8((values.value.repr as Value[]).map(text).join(text(delimiter.value)))
      return v
    }
    case 'split': {
      const delimiter = await e.typed(arg('delimiter'), string)
      const whole = await e.typed(arg('string'), string)
      if (!delimiter.ok || !whole.ok) return fail()
      v.combine(delimiter.value, whole.value)
      if (v.unknown) return v
      const by = text(delimiter.value)
      const parts = by === '' ? Array.from(text(whole.value)) : text(whole.value).split(by)
      v.repr = parts.map((part) => new Value(x, string, part))
      return v
    }
    case 'fromBase64': {
      const { value, ok } = await e.typed(arg('argument'), string)
      if (!ok) return fail()
      v.combine(value)
      if (v.unknown) return v
      try {
        v.repr = decodeUtf8(decodeBase64(text(value)))
      } catch (error) {
        return fail(`decoding base64 string: ${v.secret ? '[secret]' : (error as Error).message}`)
      }
      return v
    }
    case 'toBase64': {
      const { value, ok } = await e.typed(arg('argument'), string)
      if (!ok) return fail()
      v.combine(value)
      if (!v.unknown) v.repr = encodeBase64(encodeUtf8(text(value)))
      return v
    }
    case 'toString': {
      const result = toText(await e.evaluateExpr(arg('argument'), true))
      v.unknown = result.unknown
      v.secret = result.secret
      if (!v.unknown) v.repr = rejoinUtf8(result.text)
      return v
    }
    case 'toJSON': {
      const value = await e.evaluateExpr(arg('argument'), true)
      v.combine(value)
      if (v.unknown) return v
      try {
        v.repr = stringifyJson(toJson(e.exported(value), { redact: false }))
      } catch (error) {
        return fail(`failed to encode JSON: ${(error as Error).message}`)
      }
      return v
    }
    case 'fromJSON': {
      const { value, ok } = await e.typed(arg('argument'), string)
      if (!ok) return fail()
      v.combine(value)
      if (v.unknown) return v
      try {
        return fromPlain(parseJson(text(value), { maxDepth: 128 }), x, v.secret)
      } catch (error) {
        return fail(`decoding JSON string: ${v.secret ? '[secret]' : (error as Error).message}`)
      }
    }
    case 'secret': {
      if (call.plaintext !== null) return e.evaluateExpr(arg('plaintext'), true)
      v.secret = true
      let sealed: Uint8Array
      try {
        sealed = decodeEnvelope(call.ciphertext!.value)
      } catch (error) {
        return fail(`invalid ciphertext: ${(error as Error).message}`)
      }
      if (e.modes.validating && !e.modes.showSecrets) return fail()
      // The crypter of these tests does not look at where a secret stands.
      v.repr = decodeUtf8(await e.crypter.decrypt(sealed, []))
      return v
    }
    case 'final': {
      const value = await e.evaluateExpr(arg('argument'), true)
      const result = new Value(x, value.schema, value.repr)
      result.final = true
      result.combine(value)
      return result
    }
    case 'validate': {
      const schema = await usableSchema(e, arg('schema'))
      const { value } = await e.typed(arg('value'), schema ?? true)
      const result = new Value(x, value.schema, value.repr)
      result.combine(value)
      return result
    }
    case 'open':
      return open(e, x, kind, v, fail)
    case 'rotate':
      return rotate(e, x, kind, v, fail)
  }
}

async function usableSchema(e: EnvironmentEvaluator, x: Expr): Promise<Schema | null> {
  const { value, ok } = await e.typed(x, metaSchema())
  if (value.containsUnknowns() || !ok) return null
  const hide = (detail: string) => (value.containsSecrets() ? '[secret]' : detail)
  let schema: Schema
  try {
    const json = toJson(e.exported(value), { redact: false })
    stringifyJson(json)
    schema = schemaFromJson(json)
  } catch (error) {
    e.error(x.place, `invalid schema: ${hide(`failed to parse schema: ${(error as Error).message}`)}`)
    return null
  }
  const problem = compileSchema(schema)
  if (problem === null) return schema
  e.error(x.place, `invalid schema: ${hide(problem)}`)
  return null
}

type Fail = (message?: string) => Value

const contextOf = (e: EnvironmentEvaluator) => ({
  currentEnvironment: e.name,
  rootEnvironment: e.rootName,
  values: e.shared.host.context,
  warn: () => {},
})

const never = new AbortController().signal

async function open(e: EnvironmentEvaluator, x: Expr, kind: CallKind, v: Value, fail: Fail): Promise<Value> {
  const { call } = kind
  if (call.builtin !== 'open' || call.provider === null) return fail()
  const provider = await e.shared.host.providers.provider(call.provider.value).catch((error: Error) => error)
  if (provider instanceof Error) e.error(x.place, provider.message)
  else {
    compileSchema(provider.inputs)
    compileSchema(provider.outputs)
    kind.inputs = provider.inputs
    x.schema = provider.outputs
    v.schema = provider.outputs
  }
  const { value, ok } = await e.typed(kind.args.get('inputs')!, kind.inputs)
  if (!ok || value.containsUnknowns() || e.modes.validating || provider instanceof Error) return fail()
  const inputs = recordOrNull(e.exported(value))
  if (inputs === null) return fail('provider inputs must be an object')
  return answer(x, () => provider.open(inputs, contextOf(e), never), fail)
}

async function answer(x: Expr, ask: () => Promise<ExportedValue>, fail: Fail): Promise<Value> {
  try {
    const output = await ask()
    return unexport(output.secret ? deepSecret(output) : output, x)
  } catch (error) {
    return fail((error as Error).message)
  }
}

async function rotate(
  e: EnvironmentEvaluator,
  x: Expr,
  kind: CallKind,
  v: Value,
  fail: Fail,
): Promise<Value> {
  const { call } = kind
  if (call.builtin !== 'rotate' || call.provider === null) return fail()
  const rotator = await e.shared.host.providers.rotator(call.provider.value).catch((error: Error) => error)
  if (rotator instanceof Error) e.error(x.place, rotator.message)
  else {
    kind.inputs = rotator.inputs
    kind.state = { oneOf: [rotator.state, { type: 'null' }], type: '' }
    for (const schema of [kind.inputs, kind.state, rotator.outputs]) compileSchema(schema)
    x.schema = rotator.outputs
    v.schema = rotator.outputs
  }
  const inputs = await e.typed(kind.args.get('inputs')!, kind.inputs)
  const state = await e.typed(kind.args.get('state')!, kind.state)
  const path = x.place?.path ?? ''
  const selected = e.selects(path)
  const note = (status: string, diagnostics = [] as ReturnType<typeof errorAt>[]) =>
    e.shared.rotations.push({ path, status, diagnostics })
  const unready =
    !inputs.ok ||
    inputs.value.containsObservableUnknowns(e.modes.rotating) ||
    !state.ok ||
    state.value.containsUnknowns() ||
    e.modes.validating ||
    rotator instanceof Error
  if (unready) {
    if (selected) note('not-evaluated')
    return fail()
  }
  const given = recordOrNull(e.exported(inputs.value))
  if (given === null) {
    if (selected) note('not-evaluated')
    return fail('provider inputs must be an object')
  }
  let current = recordOrNull(e.exported(state.value))
  if (selected) {
    let next: ExportedValue
    try {
      next = await rotator.rotate(given, current, contextOf(e), never)
    } catch (error) {
      const { message } = error as Error
      note('failed', [errorAt(x.place?.range ?? null, message, path)])
      return fail(`rotate: ${message}`)
    }
    if (next.secret) next = deepSecret(next)
    note('succeeded')
    e.shared.patches.push({ docPath: `${joinKey(path, call.name)}.state`, replacement: next })
    current = recordOrNull(next)
  }
  return answer(x, () => rotator.open(given, current, contextOf(e), never), fail)
}

function recordOrNull({ value }: ExportedValue): ExportedRecord | null {
  return isExportedRecord(value) ? value : null
}
