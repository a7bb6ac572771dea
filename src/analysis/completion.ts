import { describeBuiltin } from '../eval/index.ts'
import { metaSchema, type Schema } from '../schema/index.ts'
import type { PlainValue, PropertyPath } from '../value/index.ts'
import { cursorKey, type EditorHost, type EditorQuestion, type Inquiry, inquire } from './editor-host.ts'
import { type CheckedDefinition, memberAt, wholeValue } from './known-environment.ts'
import { referenceSteps } from './reference-steps.ts'
import { schemaAt, schemaOf } from './schema-members.ts'

/** A text that may stand where something is being typed. */
export interface Completion {
  readonly label: string
  readonly kind: 'key' | 'reference' | 'builtin' | 'provider' | 'input' | 'import' | 'value'
  /** A type, e.g. `string`; `""` when it is not known. */
  readonly detail: string
  /** What it is for; `""` when nobody said. */
  readonly documentation: string
  /** The column from which on it replaces what is typed. */
  readonly from: number
}

type Candidate = Omit<Completion, 'from'>

/**
 * What could be typed at a position: keys, steps of `${…}`, builtins, providers and their inputs, imports. Works on text that is no
 * YAML yet. No provider is opened.
 */
export async function completionsAt(
  question: EditorQuestion,
  host: EditorHost,
): Promise<readonly Completion[]> {
  const inquiry = await inquire(question, host, { typing: true })
  const { cursor, position } = inquiry
  if (cursor.isComment) return []
  if (cursor.reference !== null) {
    const { done, partial } = referenceSteps(cursor.reference)
    return matching(
      await referenceCandidates(done, inquiry, host),
      partial,
      position.column - [...partial].length,
    )
  }
  return matching(await candidatesAt(inquiry, host), cursor.partial.replace(/^["']/, ''), cursor.from)
}

function matching(candidates: readonly Candidate[], partial: string, from: number): readonly Completion[] {
  const wanted = partial.toLowerCase()
  return candidates
    .filter(({ label }) => label.toLowerCase().startsWith(wanted))
    .map((candidate) => ({ ...candidate, from }))
}

const plainCandidate = (label: string, kind: Candidate['kind'], documentation = ''): Candidate => ({
  label,
  kind,
  detail: '',
  documentation,
})

async function candidatesAt(inquiry: Inquiry, host: EditorHost): Promise<readonly Candidate[]> {
  const { path, place } = inquiry.cursor
  const [top] = path
  if (top === 'imports') return await importCandidates(path, host)
  if (path.length === 0) return place === 'key' ? rootKeys : []
  if (top !== 'values') return []
  const call = path.findLastIndex((step) => typeof step === 'string' && step.startsWith('fn::'))
  if (call >= 0) {
    const inputs = await argumentSchema(path, call, inquiry, host)
    if (inputs !== null) return place === 'key' ? inputCandidates(inputs) : valueCandidates(inputs)
    if (place === 'value' && path.at(-1) === 'provider') return providerCandidates(String(path[call]), host)
  }
  if (place !== 'key') return []
  return [...inheritedKeys(inquiry), ...builtinCandidates(host)]
}

const rootKeys: readonly Candidate[] = [
  plainCandidate('values', 'key', 'What the environment holds.'),
  plainCandidate('imports', 'key', 'The environments whose values lie below these, the last on top.'),
  plainCandidate('description', 'key', 'What the environment is for.'),
]

async function importCandidates(path: PropertyPath, host: EditorHost): Promise<readonly Candidate[]> {
  if (path.length > 2) return [plainCandidate('merge', 'key', 'Whether its values are merged below these.')]
  return (await host.environmentNames()).map((name) => plainCandidate(name, 'import'))
}

const moreBuiltins: Readonly<Record<string, string>> = {
  'fn::concat': 'Concatenates lists.',
  'fn::rotate': 'Opens a secret that is rotated, and rotates it when asked to.',
  'fn::split': 'Splits a string at a delimiter.',
  'fn::validate': 'Checks a value against a JSON schema and passes it on.',
}

const builtinNames = [
  'concat',
  'final',
  'fromBase64',
  'fromJSON',
  'join',
  'open',
  'rotate',
  'secret',
  'split',
  'toBase64',
  'toJSON',
  'toString',
  'validate',
]

function builtinCandidates({ providerNames, rotatorNames }: EditorHost): readonly Candidate[] {
  const builtins = builtinNames.map((name) => {
    const label = `fn::${name}`
    return plainCandidate(label, 'builtin', describeBuiltin(label) ?? moreBuiltins[label] ?? '')
  })
  const calls = (verb: string, names: readonly string[]) =>
    names.map((name) => plainCandidate(`fn::${verb}::${name}`, 'provider'))
  return [...builtins, ...calls('open', providerNames), ...calls('rotate', rotatorNames)]
}

function providerCandidates(call: string, { providerNames, rotatorNames }: EditorHost): readonly Candidate[] {
  const names = call === 'fn::rotate' ? rotatorNames : providerNames
  return names.map((name) => plainCandidate(name, 'provider'))
}

/** The schema of what a call takes at the cursor; `null` where there is none to go by. */
async function argumentSchema(
  path: PropertyPath,
  call: number,
  { text, checked }: Inquiry,
  { providers }: EditorHost,
): Promise<Schema | null> {
  const name = String(path[call])
  const inside = path.slice(call + 1)
  if (name === 'fn::validate') {
    if (inside[0] === 'schema') return schemaAt(metaSchema(), inside.slice(1))
    return inside.length === 0 ? record({ schema: 'A JSON schema.', value: 'The value to check.' }) : null
  }
  if (name === 'fn::secret') return inside.length === 0 ? record({ ciphertext: 'A sealed secret.' }) : null
  const [, verb, short] = /^fn::(open|rotate)(?:::(.*))?$/.exec(name) ?? []
  if (verb === undefined) return null
  const isBare = verb === 'open' && short !== undefined
  const parts = {
    provider: 'The name of the provider.',
    inputs: 'What the provider takes.',
    state: 'What the last rotation left.',
  }
  if (!isBare && inside.length === 0) {
    if (verb === 'open') return record({ provider: parts.provider, inputs: parts.inputs })
    return record(short === undefined ? parts : { inputs: parts.inputs, state: parts.state })
  }
  if (!isBare && inside[0] !== 'inputs') return null
  const provider = short ?? providerBeside(path.slice(0, call + 1), checked, text)
  if (provider === null) return null
  try {
    const { inputs } =
      verb === 'open' ? await providers.provider(provider) : await providers.rotator(provider)
    return schemaAt(inputs, isBare ? inside : inside.slice(1))
  } catch {
    return null
  }
}

function record(members: Readonly<Record<string, string>>): Schema {
  const properties = Object.entries(members).map(
    ([name, description]) => [name, { type: '', description }] as const,
  )
  return { type: 'object', properties: Object.fromEntries(properties) }
}

/** The provider that a long call names: as checked, else as the text has it somewhere. */
function providerBeside(call: PropertyPath, checked: CheckedDefinition | null, text: string): string | null {
  let expr = checked?.environment.exprs?.[String(call[1])]
  for (const step of call.slice(2, -1)) {
    expr = typeof step === 'number' ? expr?.list?.[step] : (expr?.object?.[step] ?? expr?.builtin?.arg)
  }
  const known = expr?.builtin?.arg.object?.['provider']?.literal
  if (typeof known === 'string' && known !== '') return known
  return /\bprovider:\s*["']?([\w-]+)/.exec(text)?.[1] ?? null
}

function inputCandidates(schema: Schema): readonly Candidate[] {
  return membersOf(schema, 'input')
}

function valueCandidates(schema: Schema): readonly Candidate[] {
  if (typeof schema !== 'object') return []
  if (schema.type === 'boolean') return ['true', 'false'].map((text) => plainCandidate(text, 'value'))
  const constants: readonly PlainValue[] = schema.enum ?? (schema.const === undefined ? [] : [schema.const])
  return constants.map((constant) => plainCandidate(String(constant), 'value', schema.description))
}

/** The members that a schema names, those of its alternatives too. */
function membersOf(schema: Schema, kind: Candidate['kind']): readonly Candidate[] {
  if (typeof schema !== 'object') return []
  const members = new Map<string, Candidate>()
  const required = new Set(schema.required ?? [])
  for (const part of [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
    if (typeof part !== 'object') continue
    for (const [label, member] of Object.entries(part.properties ?? {})) {
      if (members.has(label)) continue
      const type = typeof member === 'object' ? member.type : ''
      const detail = kind === 'input' && required.has(label) ? `${type}, required` : type
      const documentation = (typeof member === 'object' && member.description) || ''
      members.set(label, { label, kind, detail: detail.replace(/^, /, ''), documentation })
    }
  }
  return [...members.values()]
}

/** Keys that imports have in the record at the cursor and that this text could override. */
function inheritedKeys({ cursor, checked }: Inquiry): readonly Candidate[] {
  if (checked === null) return []
  const path = cursor.path.slice(1)
  const schema = schemaAt(schemaOf(checked), path)
  const written = new Set<string>()
  let expr = checked.environment.exprs
  for (const step of path) expr = expr?.[step]?.object
  for (const key of Object.keys(expr ?? {})) written.add(key)
  const isWritten = (label: string) => written.has(label) && label !== cursor.partial
  return membersOf(schema, 'key').filter(({ label }) => label !== cursorKey && !isWritten(label))
}

const ownRoots: readonly Candidate[] = [
  plainCandidate('context', 'reference', 'Facts about the caller and the environment.'),
  plainCandidate('environments', 'reference', 'Values of any environment: `environments.<project>.<name>…`.'),
  plainCandidate('imports', 'reference', 'The values of the imports, each by its name.'),
]

async function referenceCandidates(
  done: PropertyPath,
  inquiry: Inquiry,
  host: EditorHost,
): Promise<readonly Candidate[]> {
  const { checked } = inquiry
  const [first, second, third] = done
  if (first === 'imports' && checked !== null) {
    if (second === undefined) return importNames(checked).map((name) => plainCandidate(name, 'reference'))
    return await membersElsewhere(String(second), done.slice(2), inquiry)
  }
  if (first === 'environments') {
    const names = (await host.environmentNames()).map((name) => name.split('/'))
    if (second === undefined) return unique(names.map(([project = '']) => project))
    if (third === undefined) return unique(names.filter(([p]) => p === second).map(([, name = '']) => name))
    return await membersElsewhere(`${second}/${third}`, done.slice(3), inquiry)
  }
  if (first === 'context') return contextMembers(checked, done.slice(1))
  const members = checked === null ? [] : membersOf(schemaAt(schemaOf(checked), done), 'reference')
  return done.length === 0 ? [...members, ...ownRoots] : members
}

function unique(names: readonly string[]): readonly Candidate[] {
  return [...new Set(names)].map((name) => plainCandidate(name, 'reference'))
}

function importNames({ definition }: CheckedDefinition): readonly string[] {
  return (definition.imports ?? []).flatMap(({ name }) => (name === null ? [] : [name.value]))
}

async function membersElsewhere(
  name: string,
  path: PropertyPath,
  { lookUp }: Inquiry,
): Promise<readonly Candidate[]> {
  const target = await lookUp(name)
  return target === null ? [] : membersOf(schemaAt(schemaOf(target), path), 'reference')
}

function contextMembers(checked: CheckedDefinition | null, path: PropertyPath): readonly Candidate[] {
  if (checked === null) return []
  const { properties } = checked.environment.executionContext
  const found = memberAt({ value: properties ?? {}, trace: wholeValue(checked).trace }, path)
  const value = found?.rest.length === 0 ? found.value.value : undefined
  const isRecord = typeof value === 'object' && !Array.isArray(value) && !('text' in value)
  return isRecord ? Object.keys(value).map((key) => plainCandidate(key, 'reference')) : []
}
