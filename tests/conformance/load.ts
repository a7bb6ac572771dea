import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Accessor,
  type CallExpression,
  type Definition,
  type Expression,
  loadDefinition,
  type PropertyAccess,
} from '../../src/expr/index.ts'
import { NumberText, parseJson } from '../../src/value/index.ts'
import { caseFolders } from './case-folders.ts'
import { firstDifference } from './compare.ts'
import type { Suite } from './suite.ts'
import { diagnosticsJson, sortExpected, subject } from './wire.ts'

/** Loading cases: the declaration's dump and the diagnostics of loading `env.yaml`, compared with `expected.json`. */
export const suite: Suite = async function* (path, { only }) {
  for (const { name, folder } of caseFolders(path, only)) {
    const file = join(folder, 'expected.json')
    if (!existsSync(file)) continue
    const expected = parseJson(readFileSync(file, 'utf8')) as Record<string, unknown>
    const { definition, diagnostics } = loadDefinition(name, readFileSync(join(folder, 'env.yaml')))
    const got: Record<string, unknown> = {}
    if (definition !== null) got['decl'] = declaration(definition)
    if (diagnostics.length > 0) got['diags'] = diagnosticsJson(diagnostics)
    const difference =
      firstDifference(sortExpected(expected['diags']), got['diags'], '$.diags') ??
      firstDifference(expected['decl'], got['decl'], '$.decl')
    yield difference === null ? { name, passed: true } : { name, passed: false, difference }
  }
}

function declaration({ description, imports, values }: Definition): unknown {
  return {
    Description: description && { Value: description.value },
    Imports: imports && {
      Elements: imports.map(({ name, meta }) => ({
        Environment: name && { Value: name.value },
        Meta: meta && { Merge: meta.merge === null ? null : { Value: meta.merge } },
      })),
    },
    Values: values && {
      Entries: values.map(({ key, value }) => ({ Key: { Value: key.value }, Value: dump(value) })),
    },
  }
}

function dump(expression: Expression): unknown {
  switch (expression.kind) {
    case 'null':
      return {}
    case 'boolean':
    case 'string':
      return { Value: expression.value }
    case 'number':
      return { Value: new NumberText(expression.value.text) }
    case 'array':
      return { Elements: expression.elements.map(dump) }
    case 'object':
      return {
        Entries: expression.entries.map(({ name, value }) => ({
          Key: name === null ? null : { Value: name },
          Value: dump(value),
        })),
      }
    case 'symbol':
      return { Property: access(expression.access) }
    case 'interpolation':
      return {
        Parts: expression.parts.map((part) => ({ Text: part.text, Value: part.access && access(part.access) })),
      }
    case 'call':
      return dumpCall(expression)
  }
}

function dumpCall(call: CallExpression): unknown {
  const part = (expression: Expression | null) => expression && dump(expression)
  switch (call.builtin) {
    case 'open':
      return { Provider: part(call.provider), Inputs: part(call.inputs) }
    case 'rotate':
      return { Provider: part(call.provider), Inputs: part(call.inputs), State: part(call.state) }
    case 'secret':
      return { Plaintext: part(call.plaintext), Ciphertext: part(call.ciphertext) }
    case 'join':
      return { Delimiter: part(call.delimiter), Values: part(call.values) }
    case 'split':
      return { Delimiter: part(call.delimiter), String: part(call.string) }
    case 'validate':
      return { Schema: part(call.schema), Value: part(call.value) }
    case 'fromJSON':
    case 'fromBase64':
      return { String: dump(call.argument) }
    case 'concat':
      return { Arrays: dump(call.argument) }
    default:
      return { Value: dump(call.argument) }
  }
}

function access({ accessors }: PropertyAccess): unknown {
  return { Accessors: accessors.map(dumpAccessor) }
}

function dumpAccessor(accessor: Accessor): unknown {
  const range = subject(accessor.range)
  if (accessor.kind === 'name') return { Name: accessor.key, AccessorRange: range }
  const index = accessor.kind === 'key' ? accessor.key : new NumberText(String(accessor.index))
  return { Index: index, AccessorRange: range }
}
