import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Diagnostic, errorAt } from '../../src/diag/index.ts'
import { decodeYaml, type SyntaxNode, type YamlNode } from '../../src/syntax/index.ts'
import { NumberText, parseJson } from '../../src/value/index.ts'
import { firstDifference } from './compare.ts'
import type { CaseResult, Suite } from './suite.ts'
import { diagnosticsJson, sortExpected, subject } from './wire.ts'

/**
 * Runs decoding cases (`doc.yaml`, `decoded.json`, `encoded.yaml`) and edit cases (`doc.yaml`, `edits.yaml`,
 * `expected.yaml`). `path` holds the folders `yaml` and `yaml-edit`, or is one of them, or is any folder of cases.
 */
export const suite: Suite = async function* (path, options) {
  const folders = ['yaml', 'yaml-edit'].map((name) => join(path, name)).filter((folder) => existsSync(folder))
  for (const folder of folders.length > 0 ? folders : [path]) {
    const names = (await readdir(folder)).sort()
    const holds = (file: string) => names.filter((name) => existsSync(join(folder, name, file)))
    for (const name of holds('decoded.json')) {
      if (options.only === undefined || options.only === name) yield await decodingCase(folder, name)
    }
    if (holds('edits.yaml').length > 0) yield* editCases(folder, options)
  }
}

const editCases: Suite = async function* (folder, options) {
  const { suite: edits } = await import('./syntax-edit.ts')
  yield* edits(folder, options)
}

async function decodingCase(folder: string, name: string): Promise<CaseResult> {
  const found = await decodingDifference(join(folder, name))
  return found === null ? { name, passed: true } : { name, passed: false, difference: found }
}

async function decodingDifference(folder: string): Promise<string | null> {
  const { node, tree, diagnostics } = decodeYaml(basename(folder), await readFile(join(folder, 'doc.yaml')))
  const encoded = node === null ? null : await encode(tree!, node)
  const got = {
    ...(node !== null && { syntax: dumpNode(node) }),
    ...(diagnostics.length > 0 && { diags: diagnosticsJson(diagnostics) }),
    ...(encoded !== null && encoded.diagnostics.length > 0 && { encodeDiags: diagnosticsJson(encoded.diagnostics) }),
  }
  const wanted = parseJson(await readFile(join(folder, 'decoded.json'), 'utf8')) as Record<string, unknown>
  const inOrder = Object.entries(wanted).map(([member, value]) => [member, member === 'syntax' ? value : sortExpected(value)])
  const found = firstDifference(Object.fromEntries(inOrder), got)
  if (found !== null) return `decoded.json ${found}`
  if (encoded === null) return null
  const text = await readFile(join(folder, 'encoded.yaml'), 'utf8')
  return encoded.text === text ? null : `encoded.yaml\nwanted ${JSON.stringify(text)}\ngot    ${JSON.stringify(encoded.text)}`
}

/** Re-encodes a decoded document; what could not be decoded is printed as null and reported. */
async function encode(tree: YamlNode, node: SyntaxNode): Promise<{ text: string; diagnostics: Diagnostic[] }> {
  const { encodeYaml } = await import('../../src/syntax/encode.ts')
  const { normalizeTree } = await import('../../src/syntax/normalize.ts')
  const diagnostics: Diagnostic[] = []
  const text = encodeYaml(normalizeTree(dropUndecoded(tree, node, diagnostics)), { indent: 2 })
  return { text, diagnostics }
}

function dropUndecoded(tree: YamlNode, node: SyntaxNode | null, diagnostics: Diagnostic[]): YamlNode {
  if (node === null) {
    diagnostics.push(errorAt(null, 'nil nodes are not supported'))
    return { kind: 'scalar', value: 'null', style: 'plain', comments: tree.comments, tag: '', anchor: '', at: null }
  }
  if (tree.kind === 'sequence' && node.kind === 'array') {
    return { ...tree, items: tree.items.map((item, i) => dropUndecoded(item, node.elements[i] ?? null, diagnostics)) }
  }
  if (tree.kind === 'mapping' && node.kind === 'object') {
    const pairs = tree.pairs.map(({ key, value }, i) => ({
      key: dropUndecoded(key, node.entries[i]?.key ?? null, diagnostics),
      value: dropUndecoded(value, node.entries[i]?.value ?? null, diagnostics),
    }))
    return { ...tree, pairs }
  }
  return tree
}

/** The node's JSON form (conformance specification §7.2). */
function dumpNode(node: SyntaxNode | null): unknown {
  if (node === null) return {}
  const range = subject(node.range)
  switch (node.kind) {
    case 'null':
      return { range }
    case 'number':
      return { literal: new NumberText(node.text), range }
    case 'boolean':
    case 'string':
      return { literal: node.value, range }
    case 'array':
      return node.elements.length === 0 ? { range } : { array: node.elements.map(dumpNode), range }
    case 'object': {
      const object = node.entries.map(({ key, value }) => ({ key: dumpNode(key), value: dumpNode(value) }))
      return object.length === 0 ? { range } : { object, range }
    }
  }
}
