import { type Diagnostic, errorAt, limitMessage, type Range } from '../diag/index.ts'
import { ciphertextIn, sealedBytes, sealedLength, type YamlNode, type YamlScalar } from '../syntax/index.ts'

/**
 * Bounds of one text (security requirement S-42); bytes of UTF-8. They bound what people write: the text of a sealed secret
 * counts for none of them, as far as the whole stays below the ceilings.
 */
export interface SourceLimits {
  readonly sourceBytes: number
  readonly lineBytes: number
  readonly scalarBytes: number
  readonly mapKeys: number
  readonly anchors: number
  /** Outside `values`: what stands there the evaluation counts. */
  readonly nodes: number
}

/** The bounds unless the caller sets others. */
export const defaultSourceLimits: SourceLimits = Object.freeze({
  sourceBytes: 256 * 1024,
  lineBytes: 64 * 1024,
  scalarBytes: 64 * 1024,
  mapKeys: 5000,
  anchors: 1000,
  nodes: 20_000,
})

/** No caller may raise a bound beyond this. */
const ceilings: SourceLimits = {
  sourceBytes: 1024 * 1024,
  lineBytes: 1024 * 1024,
  scalarBytes: 1024 * 1024,
  mapKeys: 20_000,
  anchors: 1000,
  nodes: 100_000,
}

/** The bounds of a text: what the caller asks for, held below the ceilings, else the defaults. */
export function sourceLimitsFrom(wanted: Partial<SourceLimits> = {}): SourceLimits {
  const limits: { -readonly [K in keyof SourceLimits]: number } = { ...defaultSourceLimits }
  for (const name of Object.keys(ceilings) as (keyof SourceLimits)[]) {
    limits[name] = Math.min(wanted[name] ?? defaultSourceLimits[name], ceilings[name])
  }
  return limits
}

const lineFeed = 0x0a

/** What is too large about a text before anything of it is read; `null` = nothing. */
export function oversizedText(
  environment: string,
  source: Uint8Array,
  limits: SourceLimits,
): Diagnostic | null {
  const { sourceBytes, lineBytes } = limits
  if (source.length > ceilings.sourceBytes)
    return exceeded(null, source.length, 'bytes in a definition', sourceBytes)
  const written = source.length > sourceBytes ? source.length - sealedBytes(source) : 0
  if (written > sourceBytes) return exceeded(null, written, 'bytes in a definition', sourceBytes)
  let line = 1
  for (let start = 0; start <= source.length; line++) {
    const feed = source.indexOf(lineFeed, start)
    const end = feed < 0 ? source.length : feed
    const length = end - start > lineBytes ? end - start - sealedBytes(source, start, end) : 0
    if (length > lineBytes)
      return exceeded(atLine(environment, line, 1), length, 'bytes in a line', lineBytes)
    start = end + 1
  }
  return null
}

/**
 * The first thing in a tree that is too large; `null` = nothing. The nodes below `values` are counted by the evaluation, whose
 * bound a host may raise; here those of all else are.
 */
export function oversizedTree(environment: string, tree: YamlNode, limits: SourceLimits): Diagnostic | null {
  const tooLarge = (node: YamlNode, got: number, what: string, limit: number) =>
    exceeded(atNode(environment, node), got, what, limit)
  const open: YamlNode[] = [tree]
  const values: YamlNode[] = []
  let anchors = 0
  let nodes = 0
  let isBelowValues = false
  for (;;) {
    const node: YamlNode | undefined = open.pop()
    if (node === undefined) {
      if (values.length === 0) return null
      isBelowValues = true
      open.push(...values.splice(0))
      continue
    }
    if (!isBelowValues) nodes += 1
    if (nodes > limits.nodes) return tooLarge(node, nodes, 'nodes', limits.nodes)
    if (node.anchor !== '') anchors += 1
    if (anchors > limits.anchors) return tooLarge(node, anchors, 'anchors', limits.anchors)
    if (node.kind === 'scalar') {
      const bytes = scalarBytes(node.value, limits.scalarBytes)
      if (bytes > limits.scalarBytes) return tooLarge(node, bytes, 'bytes in a scalar', limits.scalarBytes)
    }
    // The last is looked at first: what is found is the first in the text.
    if (node.kind === 'sequence') for (const item of node.items.toReversed()) open.push(item)
    if (node.kind !== 'mapping') continue
    const keys = node.pairs.length
    if (keys > limits.mapKeys) return tooLarge(node, keys, 'keys in one map', limits.mapKeys)
    const sealed = sealedIn(node, limits.scalarBytes)
    for (const { key, value } of node.pairs.toReversed()) {
      const isValues = node === tree && key.kind === 'scalar' && key.value.toLowerCase() === 'values'
      if (isValues) values.push(value)
      else open.push(sealed === null ? value : { ...sealed, value: '' })
      open.push(key)
    }
  }
}

/** The text in a `{ciphertext: …}` whose plaintext is within the bound of a scalar, else `null`. */
function sealedIn(node: YamlNode, limit: number): YamlScalar | null {
  const ciphertext = ciphertextIn(node)
  if (ciphertext === null || ciphertext.value.length > sealedLength(limit)) return null
  return isEnvelope(ciphertext.value) ? ciphertext : null
}

function isEnvelope(text: string): boolean {
  const bytes = Buffer.from(text)
  return sealedBytes(bytes) === bytes.length
}

/** Counted only where the text may be too long: no UTF-16 unit becomes more than three bytes. */
function scalarBytes(text: string, limit: number): number {
  return text.length > limit / 3 ? Buffer.byteLength(text) : 0
}

function exceeded(range: Range | null, got: number, what: string, limit: number): Diagnostic {
  return errorAt(range, limitMessage(got, what, limit, range?.begin.line))
}

function atNode(environment: string, { at }: YamlNode): Range | null {
  return at === null ? null : atLine(environment, at.line, at.column)
}

function atLine(environment: string, line: number, column: number): Range {
  const position = { line, column, byte: 0 }
  return { environment, begin: position, end: position }
}
