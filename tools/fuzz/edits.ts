// Edits at property paths: the text that comes out reads as what was meant, and keeps the comments of what was not touched.
import { AppError } from '../../src/diag/index.ts'
import {
  decodeYaml,
  deleteAt,
  encodeYaml,
  getAt,
  type PropertyPath,
  parseYaml,
  setAt,
  type YamlNode,
} from '../../src/syntax/index.ts'
import { encodeUtf8 } from '../../src/value/index.ts'
import { meaning, same } from './meaning.ts'
import { type Random, randomFrom } from './random.ts'
import type { Target } from './targets.ts'
import { yamlDocument } from './texts.ts'

const values = [
  'x',
  '5',
  '"5"',
  'true',
  'null',
  '[1, {a: b}]',
  '{a: 1, "b c": [x]}',
  '""',
  '"é\\n😀"',
  '{}',
  '[]',
  '- x',
  '"a: b"',
  "'#'",
]

interface Edit {
  readonly path: PropertyPath
  /** YAML text; `null` deletes. */
  readonly value: string | null
}

/** Random documents with one random edit each. */
export const edits: Target = {
  name: 'edits',
  quick: 20_000,
  full: 1_000_000,
  make: (seed) => {
    const random = randomFrom(seed)
    const text = yamlDocument(random)
    const { tree } = parseYaml(encodeUtf8(text))
    const edit: Edit = {
      path: tree === null ? [] : randomPath(random, tree),
      value: random.chance(25) ? null : random.pick(values),
    }
    return { text, edit: JSON.stringify(edit) }
  },
  run: (input) => {
    const { text = '', edit = '' } = input as Readonly<Record<string, string>>
    const { path, value } = JSON.parse(edit) as Edit
    const before = decodeYaml('fuzz', encodeUtf8(text))
    if (before.tree === null || before.diagnostics.length > 0) return
    const edited = applied(before.tree, path, value)
    if (edited === null) return
    const printed = encodeYaml(edited, { indent: 4 })
    const after = decodeYaml('fuzz', encodeUtf8(printed))
    const what = `printed as ${JSON.stringify(printed)}`
    same(
      after.diagnostics.map(({ summary }) => summary),
      [],
      what,
    )
    const wanted =
      value === null
        ? remove(meaning(before.node), path)
        : put(meaning(before.node), path, given(before.tree, path, value))
    same(meaning(after.node), wanted, what)
    // Printing alone loses a comment where another stands on its line, and behind a tag without a text.
    const unedited = encodeYaml(before.tree, { indent: 4 })
    for (const comment of commentsBeside(before.tree, path)) {
      if (unedited.includes(comment) && !printed.includes(comment))
        throw new Error(`${JSON.stringify(comment)} is lost: ${what}`)
    }
  },
}

function applied(tree: YamlNode, path: PropertyPath, value: string | null): YamlNode | null {
  try {
    return value === null ? deleteAt(tree, path) : setAt(tree, path, parseYaml(encodeUtf8(value)).tree!)
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

/** A path that leads into the tree, a step beyond it, or astray. */
function randomPath(random: Random, tree: YamlNode): PropertyPath {
  const path: (string | number)[] = []
  let node: YamlNode | null = tree
  while (node !== null && (path.length === 0 || random.chance(70))) {
    if (node.kind === 'mapping') {
      const keys: string[] = node.pairs.flatMap(({ key }) => (key.kind === 'scalar' ? [key.value] : []))
      path.push(
        random.chance(20)
          ? random.pick(['new', 'a b', '5', 'true', '', '#', '😀', '__proto__'])
          : random.pick([...keys, 'k']),
      )
    } else if (node.kind === 'sequence') path.push(random.below(node.items.length + 1))
    else if (random.chance(90)) break
    else path.push(random.pick<string | number>(['x', 0]))
    node = getAt(tree, path)
  }
  return path
}

/** What a new value means: in the place of a quoted text a scalar is text. */
function given(tree: YamlNode, path: PropertyPath, value: string): unknown {
  const { node, tree: made } = decodeYaml('fuzz', encodeUtf8(value))
  const old = getAt(tree, path)
  const isDressed = old?.kind === 'scalar' && old.style !== 'plain' && made?.kind === 'scalar'
  return isDressed ? made.value : meaning(node)
}

type Entries = readonly (readonly [string, unknown])[]
const entriesOf = (value: unknown): Entries | null =>
  typeof value === 'object' && value !== null && 'entries' in value ? (value.entries as Entries) : null

/** The same edit on meanings: what `setAt` must come to. */
function put(at: unknown, [step, ...path]: PropertyPath, value: unknown): unknown {
  if (step === undefined) return value
  if (Array.isArray(at)) return at.toSpliced(Number(step), 1, put(at[Number(step)] ?? null, path, value))
  const entries = entriesOf(at)
  if (entries === null)
    return typeof step === 'number' ? [put(null, path, value)] : { entries: [[step, put(null, path, value)]] }
  const index = entries.findIndex(([key]) => key === step)
  if (index < 0) return { entries: [...entries, [step, put(null, path, value)]] }
  return { entries: entries.toSpliced(index, 1, [String(step), put(entries[index]![1], path, value)]) }
}

/** The same of `deleteAt`. */
function remove(at: unknown, [step, ...path]: PropertyPath): unknown {
  if (Array.isArray(at)) {
    const index = Number(step)
    return path.length === 0 ? at.toSpliced(index, 1) : at.with(index, remove(at[index], path))
  }
  const entries = entriesOf(at)
  const index = entries?.findIndex(([key]) => key === step) ?? -1
  if (entries === null || index < 0) return at
  if (path.length === 0) return { entries: entries.toSpliced(index, 1) }
  return { entries: entries.with(index, [String(step), remove(entries[index]![1], path)]) }
}

/** The comments of all that stands neither at the path nor below it. */
function commentsBeside(tree: YamlNode, path: PropertyPath): readonly string[] {
  const touched = getAt(tree, path)
  const found: string[] = []
  const visit = (node: YamlNode): void => {
    if (node === touched) return
    for (const text of Object.values(node.comments))
      found.push(...text.split('\n').filter((line: string) => line.trim() !== ''))
    if (node.kind === 'sequence') for (const item of node.items) visit(item)
    if (node.kind !== 'mapping') return
    for (const { key, value } of node.pairs) {
      // A key goes with what it leads to.
      if (value !== touched) visit(key)
      visit(value)
    }
  }
  visit(tree)
  return found
}
