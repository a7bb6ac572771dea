import type { Crypter, ExecutionContext, Provider, ProviderSet, Rotator } from '../../src/eval/index.ts'
import {
  always,
  anyOf,
  array,
  boolean,
  map,
  never,
  nil,
  number,
  object,
  oneOf,
  record,
  reference,
  type Schema,
  string,
  tuple,
} from '../../src/schema/index.ts'
import { type ExportedRecord, type ExportedValue, NumberText, quote } from '../../src/value/index.ts'

// The providers, rotators and the crypter that the evaluation cases are written against.

const n = (text: string) => new NumberText(text)
const nowhere = { line: 0, column: 0, byte: 0 }
const trace = { def: { environment: '', begin: nowhere, end: nowhere } }

/** A value without a place. */
export function plain(value?: Exclude<ExportedValue['value'], undefined>): ExportedValue {
  return value === undefined ? { trace } : { value, trace }
}

function schemaOfSchemas(): Schema {
  return object(
    {
      null: nil(),
      boolean: boolean(),
      false: boolean({ const: false }),
      true: boolean({ const: true }),
      number: number(),
      pi: number({ const: n('3.14') }),
      string: string(),
      hello: string({ const: 'hello' }),
      array: array(always),
      tuple: tuple([string({ const: 'hello' }), string({ const: 'world' })]),
      map: map(always),
      record: record({ foo: string() }),
      anyOf: anyOf([string(), number()]),
      oneOf: oneOf([string(), number()]),
      ref: reference('defRecord'),
      'const-array': { type: 'array', const: ['hello', n('42')] },
      'const-object': { type: 'object', const: { hello: 'world' } },
      enum: string({ enum: ['foo', 'bar'] }),
      never,
      always,
      double: tuple([string(), number()]),
      triple: tuple([string(), number(), boolean()]),
      dependentReq: object({ foo: string(), bar: number() }, { dependentRequired: { foo: ['bar'] } }),
      multiple: number({ multipleOf: n('2') }),
      minimum: number({ minimum: n('1') }),
      exclusiveMinimum: number({ exclusiveMinimum: n('1') }),
      maximum: number({ maximum: n('1') }),
      exclusiveMaximum: number({ exclusiveMaximum: n('1') }),
      minLength: string({ minLength: n('1') }),
      maxLength: string({ maxLength: n('1') }),
      pattern: string({ pattern: '^foo[0-9]+$' }),
      minItems: { type: 'array', minItems: n('3') },
      maxItems: { type: 'array', maxItems: n('2') },
      minProperties: { type: 'object', minProperties: n('1') },
      maxProperties: { type: 'object', maxProperties: n('1') },
    },
    { defs: { defRecord: record({ baz: string({ const: 'qux' }) }) } },
  )
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

function providers(openDelay: number): Record<string, () => Provider> {
  const any = (open: Provider['open']): Provider => ({ inputs: always, outputs: always, open })
  return {
    error: () => ({
      inputs: record({ why: string() }),
      outputs: always,
      open: async (inputs) => {
        throw new Error(String(inputs['why']?.value))
      },
    }),
    schema: () => ({
      inputs: schemaOfSchemas(),
      outputs: schemaOfSchemas(),
      open: async (inputs) => plain(inputs),
    }),
    test: () => any(async (inputs) => plain(inputs)),
    'secret-wrapper': () => any(async (inputs) => ({ ...plain(inputs), secret: true })),
    bench: () =>
      any(async () => {
        if (openDelay > 0) await wait(openDelay)
        return plain(openDelay > 0 ? `${openDelay}ms` : '0s')
      }),
  }
}

const stateOf = (state: ExportedRecord | null): ExportedValue => plain(state ?? {})

const swap = (): Rotator => ({
  inputs: always,
  state: record({ a: string(), b: string() }),
  outputs: record({ a: string(), b: string() }),
  open: async (_inputs, state) => stateOf(state),
  rotate: async (_inputs, state) => plain({ a: state?.['b'] ?? plain(), b: state?.['a'] ?? plain() }),
})

const echoState = (): Schema => object({ current: string(), previous: string() }, { required: ['current'] })

const echo = (): Rotator => ({
  inputs: record({ next: string() }, { rotateOnly: ['next'] }),
  state: echoState(),
  outputs: echoState(),
  open: async ({ next }, state) => {
    if (next !== undefined && !next.unknown && next.value !== state?.['current']?.value) {
      throw new Error('oh no! inputs were evaluated outside of rotation')
    }
    return stateOf(state)
  },
  rotate: async ({ next }, state) => {
    if (next === undefined || next.unknown) {
      throw new Error('oh no! rotateOnly inputs were not evaluated during rotation')
    }
    return plain({ current: next, previous: state?.['current'] ?? plain() })
  },
})

/** The set of them; schemas are made afresh on every load. `openDelay` is what `bench` waits, in milliseconds. */
export function testProviders(openDelay = 0): ProviderSet {
  const known = new Map(Object.entries(providers(openDelay)))
  const rotators = new Map(Object.entries({ swap, echo }))
  return {
    provider: async (name) => {
      const make = known.get(name)
      if (make === undefined) throw new Error(`unknown provider ${quote(name)}`)
      return make()
    },
    rotator: async (name) => {
      const make = rotators.get(name)
      if (make === undefined) throw new Error(`unknown rotator ${quote(name)}`)
      return make()
    },
  }
}

/** Adds 128 to every byte; its own inverse. */
export const rot128: Crypter = {
  encrypt: async (plaintext) => plaintext.map((byte) => (byte + 128) % 256),
  decrypt: async (ciphertext) => ciphertext.map((byte) => (byte + 128) % 256),
}

/** What the cases' caller says about itself. */
export const testContext: ExecutionContext['values'] = {
  pulumi: plain({ user: plain({ id: plain('USER_123') }) }),
}
