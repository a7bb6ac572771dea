// Folders with `doc.yaml`, `edits.yaml` and `expected.yaml`: edits that keep comments and styles.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  deleteAt,
  encodeYaml,
  parsePropertyPath,
  parseYaml,
  resolveScalar,
  setAt,
  type YamlNode,
} from '../../src/syntax/index.ts'
import { firstDifference } from './first-difference.ts'
import type { CaseResult, Suite } from './suite.ts'

/** Applies each folder's edits in order and compares the text, indent 4, byte for byte. */
export const editSuite: Suite = async function* (path, { only }) {
  const folders = (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  for (const { name } of folders.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (only === undefined || only === name) yield await runCase(join(path, name), name)
  }
}

async function runCase(folder: string, name: string): Promise<CaseResult> {
  try {
    let tree = await readTree(join(folder, 'doc.yaml'))
    for (const [path, value] of editsIn(await readTree(join(folder, 'edits.yaml')))) {
      const at = parsePropertyPath(path)
      tree = isNull(value) ? deleteAt(tree, at) : setAt(tree, at, value)
    }
    const wanted = await readFile(join(folder, 'expected.yaml'), 'utf8')
    const difference = firstDifference(wanted, encodeYaml(tree, { indent: 4 }))
    return difference === undefined ? { name, passed: true } : { name, passed: false, difference }
  } catch (error) {
    return { name, passed: false, difference: String(error) }
  }
}

async function readTree(file: string): Promise<YamlNode> {
  const { tree, problem } = parseYaml(await readFile(file))
  if (tree === null) throw new Error(`${file}: ${problem}`)
  return tree
}

function editsIn(tree: YamlNode): (readonly [string, YamlNode])[] {
  const list = tree.kind === 'mapping' ? tree.pairs[0]?.value : undefined
  if (list?.kind !== 'sequence') throw new Error('edits.yaml holds no list of edits')
  return list.items.map((item) => {
    const pair = item.kind === 'mapping' ? item.pairs[0] : undefined
    if (pair?.key.kind !== 'scalar') throw new Error('an edit is a mapping from a path to a value')
    return [pair.key.value, pair.value] as const
  })
}

function isNull(node: YamlNode): boolean {
  return node.kind === 'nothing' || (node.kind === 'scalar' && resolveScalar(node).kind === 'null')
}

/** The name under which the runner of syntax cases imports it. */
export { editSuite as suite }
