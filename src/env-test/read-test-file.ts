import { AppError } from '../diag/index.ts'
import {
  decodeYaml,
  encodeYaml,
  type ObjectNode,
  plainData,
  type SyntaxNode,
  type YamlNode,
} from '../syntax/index.ts'
import { didYouMean } from '../value/index.ts'
import { isPlainRecord } from './secret-notation.ts'
import type { ProviderAnswer, TestCase, TestFile } from './test-file.ts'

/**
 * The tests in a YAML text (docs/env-test.md). `file` is its name, for messages.
 *
 * @throws AppError TEST_FILE_INVALID with the place of what is wrong
 */
export function readTestFile(file: string, source: Uint8Array): TestFile {
  const { node, tree, diagnostics } = decodeYaml(file, source)
  const [problem] = diagnostics
  const reader = new Reader(file)
  if (problem !== undefined || tree === null) {
    throw new AppError('TEST_FILE_INVALID', {
      place: placeIn(file, problem?.range?.begin ?? problem?.place),
      what: problem?.summary ?? 'the file is empty',
      hint: '',
    })
  }
  return reader.file(node, tree)
}

function placeIn(file: string, at: { readonly line: number; readonly column: number } | undefined): string {
  return at === undefined ? file : `${file}:${at.line}:${at.column}`
}

type Members = ReadonlyMap<string, SyntaxNode | null>

class Reader {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  file(node: SyntaxNode | null, tree: YamlNode): TestFile {
    const members = this.#members(node, 'the file', ['environment', 'cases'])
    const cases = this.#list(members.get('cases') ?? null, 'cases', node)
    const trees = memberTree(tree, 'cases')
    const environment = members.get('environment') ?? null
    return {
      file: this.#file,
      environment: environment === null ? null : this.#text(environment, 'environment'),
      cases: cases.map((item, i) => this.#case(item, trees?.kind === 'sequence' ? trees.items[i]! : tree)),
    }
  }

  #case(node: SyntaxNode | null, tree: YamlNode): TestCase {
    const members = this.#members(node, 'a case', [
      'name',
      'mode',
      'context',
      'imports',
      'providers',
      'expect',
    ])
    const name = members.get('name') ?? null
    if (name === null) this.#refuse(node, 'a case has no `name`', 'add `name: what must hold`')
    const wanted = members.get('expect') ?? null
    if (wanted === null) this.#refuse(node, 'a case has no `expect`', 'add `expect: {values: {…}}`')
    const expect = this.#members(wanted, '`expect`', ['values', 'diagnostics'])
    const context = plainData(members.get('context') ?? null)
    return {
      name: this.#text(name!, 'name'),
      line: node?.range.begin.line ?? 0,
      mode: this.#mode(members.get('mode') ?? null),
      context: isPlainRecord(context) ? context : {},
      imports: this.#imports(members.get('imports') ?? null, memberTree(tree, 'imports')),
      providers: this.#providers(members.get('providers') ?? null),
      values: [...this.#entries(expect.get('values') ?? null, '`values`')].map(([path, value]) => [
        path,
        plainData(value),
      ]),
      diagnostics: this.#list(expect.get('diagnostics') ?? null, 'diagnostics').map((item) =>
        this.#text(item, 'a diagnostic'),
      ),
    }
  }

  #mode(node: SyntaxNode | null): 'open' | 'check' {
    if (node === null) return 'open'
    const mode = this.#text(node, 'mode')
    if (mode === 'open' || mode === 'check') return mode
    return this.#refuse(node, `\`mode\` is \`${mode}\`, wanted \`open\` or \`check\``)
  }

  #imports(node: SyntaxNode | null, tree: YamlNode | null): ReadonlyMap<string, Uint8Array> {
    const imports = new Map<string, Uint8Array>()
    for (const [name] of this.#entries(node, '`imports`')) {
      const definition = tree === null ? null : memberTree(tree, name)
      if (definition?.kind !== 'mapping') {
        this.#refuse(node, `the import \`${name}\` is no definition`, 'write `values: {…}` below it')
      }
      imports.set(name, Buffer.from(encodeYaml(definition!, { indent: 2 })))
    }
    return imports
  }

  #providers(node: SyntaxNode | null): ReadonlyMap<string, readonly ProviderAnswer[]> {
    const providers = new Map<string, readonly ProviderAnswer[]>()
    for (const [name, value] of this.#entries(node, '`providers`')) {
      const answers = value?.kind === 'array' ? value.elements : [value]
      providers.set(
        name,
        answers.map((answer) => this.#answer(name, answer)),
      )
    }
    return providers
  }

  #answer(name: string, node: SyntaxNode | null): ProviderAnswer {
    const members = this.#members(node, `the provider \`${name}\``, ['inputs', 'answer', 'error'])
    const error = members.get('error') ?? null
    if (members.has('answer') === (error !== null)) {
      this.#refuse(node, `the provider \`${name}\` needs one of \`answer\` and \`error\``)
    }
    return {
      inputs: members.has('inputs') ? plainData(members.get('inputs') ?? null) : null,
      answer: plainData(members.get('answer') ?? null),
      error: error === null ? null : this.#text(error, 'error'),
    }
  }

  /** The members of a record that may have these and no others. */
  #members(node: SyntaxNode | null, what: string, known: readonly string[]): Members {
    if (node?.kind !== 'object')
      return this.#refuse(node, `${what} is no mapping`, `it may hold ${known.join(', ')}`)
    const members = new Map<string, SyntaxNode | null>()
    for (const { key, value } of node.entries) {
      if (key === null) continue
      if (!known.includes(key.value)) {
        const near = didYouMean(key.value, known)
        this.#refuse(
          key,
          `${what} has an unknown key \`${key.value}\`${near}`,
          `it may hold ${known.join(', ')}`,
        )
      }
      members.set(key.value, value?.kind === 'null' ? null : value)
    }
    return members
  }

  #entries(node: SyntaxNode | null, what: string): ReadonlyMap<string, SyntaxNode | null> {
    if (node === null) return new Map()
    if (node.kind !== 'object') return this.#refuse(node, `${what} is no mapping`)
    return new Map(namedEntries(node))
  }

  #list(
    node: SyntaxNode | null,
    what: string,
    required: SyntaxNode | null = null,
  ): readonly (SyntaxNode | null)[] {
    if (node?.kind === 'array') return node.elements
    if (node === null && required === null) return []
    return this.#refuse(node ?? required, `\`${what}\` is no list`, `write \`${what}:\` and \`- …\` below it`)
  }

  #text(node: SyntaxNode | null, what: string): string {
    return node?.kind === 'string' ? node.value : this.#refuse(node, `\`${what}\` is no text`, 'quote it')
  }

  #refuse(node: SyntaxNode | null, what: string, hint = ''): never {
    const begin = node?.range.begin
    const place = begin === undefined ? this.#file : `${this.#file}:${begin.line}:${begin.column}`
    throw new AppError('TEST_FILE_INVALID', { place, what, hint })
  }
}

function memberTree(tree: YamlNode, name: string): YamlNode | null {
  if (tree.kind !== 'mapping') return null
  return tree.pairs.find(({ key }) => key.kind === 'scalar' && key.value === name)?.value ?? null
}

function* namedEntries(node: ObjectNode): Generator<[string, SyntaxNode | null]> {
  for (const { key, value } of node.entries) if (key !== null) yield [key.value, value]
}
