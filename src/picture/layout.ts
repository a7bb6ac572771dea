import type { ElkNode } from 'elkjs/lib/elk.bundled.js'
import elkModule from 'elkjs/lib/elk.bundled.js'
import { shortened } from './escape.ts'
import type { Arrow, Box, BoxKind, Graph } from './graph.ts'

/** A point of the drawing, in pixels from the left and the top. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A line of a box as it is drawn, what it says in full, and how far it is set in, in pixels. */
export interface DrawnLine {
  readonly text: string
  readonly full: string
  readonly indent: number
}

/** A box with its place and its lines shortened to fit. */
export interface PlacedBox extends Point {
  readonly box: Box
  readonly title: DrawnLine
  readonly lines: readonly DrawnLine[]
  readonly width: number
  readonly height: number
}

/** An arrow with the points it passes. */
export interface PlacedArrow {
  readonly arrow: Arrow
  readonly points: readonly Point[]
}

/** A graph with places. */
export interface Placed {
  readonly width: number
  readonly height: number
  readonly boxes: readonly PlacedBox[]
  readonly arrows: readonly PlacedArrow[]
}

/** Measures of the drawing, in pixels. The font is a monospaced one, so a text's width follows from its length. */
export const measures = { character: 7.25, line: 18, title: 24, padding: 10 } as const

const maxCharacters = 58

// Callers, statements, the role.
const columns: { readonly [kind in BoxKind]: number } = {
  callers: 0,
  open: 0,
  denied: 0,
  allow: 1,
  deny: 1,
  role: 2,
}

/**
 * Places a graph with the Eclipse Layout Kernel: three layers from callers to the role, arrows at right angles. The same graph gets
 * the same places every time.
 */
export async function place({ boxes, arrows }: Graph): Promise<Placed> {
  const sized = alignedColumns(boxes.map(sizeOf))
  const elk = new elkModule.default()
  const wanted: ElkNode = {
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.randomSeed': '1',
      'elk.spacing.nodeNode': '24',
      'elk.spacing.edgeNode': '20',
      'elk.layered.spacing.nodeNodeBetweenLayers': '90',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
      'elk.padding': '[top=16,left=16,bottom=16,right=16]',
      // Boxes without an arrow, and a Deny that nobody meets, keep to the column of their kind.
      'elk.separateConnectedComponents': 'false',
      'elk.partitioning.activate': 'true',
    },
    children: sized.map(({ box, width, height }) => ({
      id: box.id,
      width,
      height,
      layoutOptions: { 'elk.partitioning.partition': String(columns[box.kind]), 'elk.alignment': 'LEFT' },
    })),
    edges: arrows.map(({ from, to }, index) => ({ id: `arrow${index}`, sources: [from], targets: [to] })),
  }
  const laid = await elk.layout(wanted)
  return {
    width: Math.ceil(laid.width ?? 0),
    height: Math.ceil(laid.height ?? 0),
    boxes: sized.map((box, index) => ({ ...box, ...pointOf(laid.children?.[index]) })),
    arrows: (laid.edges ?? []).map((edge, index) => ({
      arrow: arrows[index]!,
      points: (edge.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) =>
        [startPoint, ...bendPoints, endPoint].map(pointOf),
      ),
    })),
  }
}

/** The width of a text in pixels. */
export function textWidth(text: string): number {
  const cells = [...text].reduce((sum, character) => sum + cellsOf(character), 0)
  return Math.ceil(cells * measures.character)
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u

// Marks lie on the letter before them; East Asian letters and emoji take the room of two.
function cellsOf(character: string): number {
  if (/\p{Mn}|\p{Me}|\u200d|\ufe0f/u.test(character)) return 0
  return wide.test(character) ? 2 : 1
}

// Boxes of a column are as wide as its widest.
function alignedColumns(boxes: readonly Sized[]): Sized[] {
  const widths = new Map<number, number>()
  for (const { box, width } of boxes) {
    const column = columns[box.kind]
    widths.set(column, Math.max(width, widths.get(column) ?? 0))
  }
  return boxes.map((one) => ({ ...one, width: widths.get(columns[one.box.kind])! }))
}

type Sized = Omit<PlacedBox, 'x' | 'y'>

function sizeOf(box: Box): Sized {
  const title = drawn(box.title)
  const lines = box.lines.map(drawn)
  if (box.more > 0) lines.push(drawn(`and ${box.more} more`))
  const widths = [title, ...lines].map(({ text, indent }) => textWidth(text) + indent)
  const width = Math.max(...widths) + 2 * measures.padding
  const height = measures.title + lines.length * measures.line + measures.padding
  return { box, title, lines, width, height }
}

// A page does not keep blanks at the beginning of a text, so they become a distance.
function drawn(given: string): DrawnLine {
  const full = given.trimStart()
  const indent = (given.length - full.length) * measures.character
  return { text: shortened(full, maxCharacters), full, indent }
}

// Hundredths are finer than any screen; more digits would only make the text longer.
function pointOf(point: { readonly x?: number; readonly y?: number } | undefined): Point {
  return { x: Math.round((point?.x ?? 0) * 100) / 100, y: Math.round((point?.y ?? 0) * 100) / 100 }
}
