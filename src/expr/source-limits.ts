import { type Diagnostic, errorAt, limitMessage, type Range } from '../diag/index.ts'
import type { YamlNode } from '../syntax/index.ts'

/** Bounds of one text (security requirement S-42); bytes of UTF-8. */
export interface SourceLimits {
  readonly sourceBytes: number
  readonly lineBytes: number
  readonly scalarBytes: number
  readonly mapKeys: number
  readonly anchors: number
}

/** The bounds unless the caller sets others. */
export const defaultSourceLimits: SourceLimits = Object.freeze({
  sourceBytes: 256 * 1024,
  lineBytes: 64 * 1024,
  scalarBytes: 64 * 1024,
  mapKeys: 5000,
  anchors: 1000,
})

/** No caller may raise a bound beyond this. */
const ceilings: SourceLimits = {
  sourceBytes: 1024 * 1024,
  lineBytes: 1024 * 1024,
  scalarBytes: 1024 * 1024,
  mapKeys: 20_000,
  anchors: 1000,
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
  if (source.length > sourceBytes) return exceeded(null, source.length, 'bytes in a definition', sourceBytes)
  let line = 1
  for (let start = 0; start <= source.length; line++) {
    const feed = source.indexOf(lineFeed, start)
    const end = feed < 0 ? source.length : feed
    if (end - start > lineBytes) {
      return exceeded(atLine(environment, line, 1), end - start, 'bytes in a line', lineBytes)
    }
    start = end + 1
  }
  return null
}

/** The first thing in a tree that is too large; `null` = nothing. */
export function oversizedTree(environment: string, tree: YamlNode, limits: SourceLimits): Diagnostic | null {
  const open: YamlNode[] = [tree]
  let anchors = 0
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.anchor !== '') anchors += 1
    if (anchors > limits.anchors)
      return exceeded(atNode(environment, node), anchors, 'anchors', limits.anchors)
    if (node.kind === 'scalar' && node.value.length > limits.scalarBytes / 3) {
      const bytes = Buffer.byteLength(node.value)
      if (bytes > limits.scalarBytes)
        return exceeded(atNode(environment, node), bytes, 'bytes in a scalar', limits.scalarBytes)
    }
    if (node.kind === 'mapping') {
      const keys = node.pairs.length
      if (keys > limits.mapKeys)
        return exceeded(atNode(environment, node), keys, 'keys in one map', limits.mapKeys)
      for (const { key, value } of node.pairs) open.push(key, value)
    }
    if (node.kind === 'sequence') for (const item of node.items) open.push(item)
  }
  return null
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
