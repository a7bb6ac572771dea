import { type Diagnostic, errorAt } from '../diag/index.ts'
import type { StringNode, SyntaxNode } from '../syntax/index.ts'
import type {
  CallExpression,
  Expression,
  ObjectExpression,
  StringExpression,
  UnaryName,
} from './expression.ts'

/** What a call is made from: the object that holds it, its key and its argument, already parsed. */
export interface CallParts {
  readonly syntax: SyntaxNode
  readonly key: StringNode
  readonly argument: Expression
  readonly diagnostics: Diagnostic[]
}

type CallParser = (parts: CallParts) => CallExpression

/** The parser of a builtin by its full name (language specification §3.2), or `null` when there is no such builtin. */
export function callParser(name: string): CallParser | null {
  const exact = builtins.get(name)
  if (exact !== undefined) return exact
  if (name.startsWith('fn::open::')) return openShort
  if (name.startsWith('fn::rotate::')) return rotateShort
  return null
}

const unary =
  (builtin: UnaryName): CallParser =>
  (parts) => ({ ...call(parts), builtin })

const concat: CallParser = (parts) => {
  if (parts.argument.kind !== 'array') {
    refuse(parts, 'the argument to fn::concat must be an array of arrays')
  }
  return { ...call(parts), builtin: 'concat' }
}

const join: CallParser = (parts) => {
  const [delimiter, values] = pair(parts)
  return { ...call(parts), builtin: 'join', delimiter, values }
}

const split: CallParser = (parts) => {
  const [delimiter, string] = pair(parts)
  return { ...call(parts), builtin: 'split', delimiter, string }
}

/** A sealed secret is exactly `{ciphertext: <string literal>}`; all else must be a string literal. */
const secret: CallParser = (parts) => {
  const { argument } = parts
  if (argument.kind === 'string') {
    return { ...call(parts), builtin: 'secret', plaintext: argument, ciphertext: null }
  }
  const only = argument.kind === 'object' && argument.entries.length === 1 ? argument.entries[0] : undefined
  if (only?.name === 'ciphertext' && only.value.kind === 'string') {
    return { ...call(parts), builtin: 'secret', plaintext: null, ciphertext: only.value }
  }
  refuse(parts, 'secret values must be string literals')
  const plaintext: StringExpression = { kind: 'string', value: '', syntax: null }
  return { ...call(parts), builtin: 'secret', plaintext, ciphertext: null }
}

const open: CallParser = (parts) => {
  const { argument } = parts
  if (argument.kind !== 'object') {
    refuse(parts, "the argument to fn::open must be an object containing 'provider' and 'inputs'")
    return { ...call(parts), builtin: 'open', short: false, provider: null, inputs: null }
  }
  const provider = providerName(parts, argument)
  const inputs = required(parts, argument, 'inputs', "missing provider inputs ('inputs')")
  return { ...call(parts), builtin: 'open', short: false, provider, inputs }
}

const openShort: CallParser = (parts) => ({
  ...call(parts),
  builtin: 'open',
  short: true,
  provider: nameAfter('fn::open::', parts.key),
  inputs: parts.argument,
})

const rotate: CallParser = (parts) => {
  const { argument } = parts
  if (argument.kind !== 'object') {
    refuse(parts, "the argument to fn::rotate must be an object containing 'provider', 'inputs' and 'state'")
    return { ...call(parts), builtin: 'rotate', short: false, provider: null, inputs: null, state: null }
  }
  const provider = providerName(parts, argument)
  const inputs = required(parts, argument, 'inputs', "missing provider inputs ('inputs')")
  const state = rotationState(parts, argument)
  return { ...call(parts), builtin: 'rotate', short: false, provider, inputs, state }
}

const rotateShort: CallParser = (parts) => {
  const { argument } = parts
  if (argument.kind !== 'object') {
    refuse(parts, "the argument to fn::rotate must be an object containing 'inputs' and 'state'")
    return { ...call(parts), builtin: 'rotate', short: true, provider: null, inputs: null, state: null }
  }
  const provider = nameAfter('fn::rotate::', parts.key)
  const inputs = required(parts, argument, 'inputs', "missing provider inputs ('inputs')")
  const state = rotationState(parts, argument)
  return { ...call(parts), builtin: 'rotate', short: true, provider, inputs, state }
}

const validate: CallParser = (parts) => {
  const { argument } = parts
  if (argument.kind !== 'object') {
    refuse(parts, "the argument to fn::validate must be an object containing 'schema' and 'value'")
    return { ...call(parts), builtin: 'validate', schema: null, value: null }
  }
  const schema = required(parts, argument, 'schema', "missing required property 'schema'")
  const value = required(parts, argument, 'value', "missing required property 'value'")
  return { ...call(parts), builtin: 'validate', schema, value }
}

const builtins: ReadonlyMap<string, CallParser> = new Map([
  ['fn::concat', concat],
  ['fn::final', unary('final')],
  ['fn::fromBase64', unary('fromBase64')],
  ['fn::fromJSON', unary('fromJSON')],
  ['fn::join', join],
  ['fn::open', open],
  ['fn::rotate', rotate],
  ['fn::secret', secret],
  ['fn::split', split],
  ['fn::toBase64', unary('toBase64')],
  ['fn::toJSON', unary('toJSON')],
  ['fn::toString', unary('toString')],
  ['fn::validate', validate],
])

function call({ syntax, key, argument }: CallParts) {
  return { kind: 'call', syntax, key, name: key.value, argument } as const
}

function refuse({ diagnostics }: CallParts, rule: string, at: Expression): void
function refuse(parts: CallParts, rule: string): void
function refuse(parts: CallParts, rule: string, at: Expression = parts.argument): void {
  parts.diagnostics.push(errorAt(at.syntax?.range ?? null, rule, at.syntax?.path ?? ''))
}

function pair(parts: CallParts): readonly [Expression | null, Expression | null] {
  const { argument } = parts
  const [first, second] = argument.kind === 'array' && argument.elements.length === 2 ? argument.elements : []
  if (first !== undefined && second !== undefined) return [first, second]
  refuse(parts, `the argument to ${parts.key.value} must be a two-valued list`)
  return [null, null]
}

/** If a key repeats in an argument object, the last one wins. */
function member(argument: ObjectExpression, name: string): Expression | null {
  return argument.entries.findLast((entry) => entry.name === name)?.value ?? null
}

function required(
  parts: CallParts,
  argument: ObjectExpression,
  name: string,
  rule: string,
): Expression | null {
  const value = member(argument, name)
  if (value === null) refuse(parts, rule)
  return value
}

function providerName(parts: CallParts, argument: ObjectExpression): StringExpression | null {
  const provider = required(parts, argument, 'provider', "missing provider name ('provider')")
  if (provider === null || provider.kind === 'string') return provider
  refuse(parts, 'provider name must be a string literal', provider)
  return null
}

function nameAfter(prefix: string, key: StringNode): StringExpression {
  return { kind: 'string', value: key.value.slice(prefix.length), syntax: key }
}

/** No state is a null literal without a place; a state that is no object is reported and kept. */
function rotationState(parts: CallParts, argument: ObjectExpression): Expression {
  const state = member(argument, 'state')
  if (state === null) return { kind: 'null', syntax: null }
  if (state.kind !== 'object') refuse(parts, 'rotation state must be an object literal', state)
  return state
}
