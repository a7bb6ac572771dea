import { type Expression, lastUnit } from './expression.ts'

/** An edge taken on every unit from `from` to `to`, both included. */
export interface Edge {
  readonly from: number
  readonly to: number
  readonly target: number
}

/**
 * A deterministic automaton over UTF-16 units. State 0 is the start; the edges of a state are sorted, disjoint
 * and cover every unit, so that complement is a change of the accepting states alone.
 */
export interface Automaton {
  readonly edges: readonly (readonly Edge[])[]
  readonly accepting: readonly boolean[]
}

/** A language that would need too many states. Patterns people write stay far below. */
export class TooManyStates extends Error {
  constructor() {
    super(`a pattern needs more than ${maxStates} states`)
    this.name = 'TooManyStates'
  }
}

/** More states than this are not built: the answer is then “unknown”. */
export const maxStates = 4_000

// The nondeterministic automaton of an expression: free moves and moves on an interval.
interface Draft {
  readonly free: number[][]
  readonly moves: Edge[][]
}

/** An automaton of an expression. @throws TooManyStates */
export function automatonOf(expression: Expression): Automaton {
  const draft: Draft = { free: [], moves: [] }
  const start = newState(draft)
  const end = newState(draft)
  draw(draft, expression, start, end)
  return tidied(determinize(draft, start, end))
}

function newState(draft: Draft): number {
  draft.free.push([])
  draft.moves.push([])
  if (draft.free.length > maxStates * 4) throw new TooManyStates()
  return draft.free.length - 1
}

function draw(draft: Draft, expression: Expression, from: number, to: number): void {
  switch (expression.kind) {
    case 'text': {
      let at = from
      for (let i = 0; i < expression.text.length; i += 1) {
        const next = newState(draft)
        const unit = expression.text.charCodeAt(i)
        draft.moves[at]!.push({ from: unit, to: unit, target: next })
        at = next
      }
      draft.free[at]!.push(to)
      return
    }
    case 'unit':
      for (const [low, high] of expression.intervals)
        draft.moves[from]!.push({ from: low, to: high, target: to })
      return
    case 'sequence': {
      let at = from
      for (const part of expression.parts) {
        const next = newState(draft)
        draw(draft, part, at, next)
        at = next
      }
      draft.free[at]!.push(to)
      return
    }
    case 'either':
      for (const part of expression.parts) {
        // A state of its own keeps a loop of one part from leaking into the others.
        const entry = newState(draft)
        draft.free[from]!.push(entry)
        draw(draft, part, entry, to)
      }
      return
    case 'repeat': {
      const loop = newState(draft)
      draft.free[from]!.push(loop)
      const back = newState(draft)
      draw(draft, expression.part, loop, back)
      draft.free[back]!.push(loop)
      draft.free[loop]!.push(to)
    }
  }
}

function determinize(draft: Draft, start: number, end: number): Automaton {
  const numbers = new Map<string, number>()
  const sets: number[][] = []
  const numberOf = (states: readonly number[]): number => {
    const closed = closure(draft, states)
    const key = closed.join()
    const known = numbers.get(key)
    if (known !== undefined) return known
    if (sets.length >= maxStates) throw new TooManyStates()
    numbers.set(key, sets.length)
    sets.push(closed)
    return sets.length - 1
  }
  numberOf([start])
  const edges: Edge[][] = []
  for (let at = 0; at < sets.length; at += 1) {
    const moves = sets[at]!.flatMap((state) => draft.moves[state]!)
    edges.push(
      joined(
        cuts(moves).map(([from, to]) => ({
          from,
          to,
          target: numberOf(
            moves.filter((move) => move.from <= from && to <= move.to).map(({ target }) => target),
          ),
        })),
      ),
    )
  }
  return { edges, accepting: sets.map((set) => set.includes(end)) }
}

function closure(draft: Draft, states: readonly number[]): number[] {
  const seen = new Set(states)
  for (const state of seen) for (const next of draft.free[state]!) seen.add(next)
  return [...seen].sort((a, b) => a - b)
}

// The coarsest intervals on which every edge is either taken or not.
function cuts(edges: readonly Edge[]): [number, number][] {
  const starts = new Set([0])
  for (const { from, to } of edges) {
    starts.add(from)
    if (to < lastUnit) starts.add(to + 1)
  }
  const sorted = [...starts].sort((a, b) => a - b)
  return sorted.map((from, i) => [from, (sorted[i + 1] ?? lastUnit + 1) - 1])
}

/** Edges with neighbours of one target made one. */
export function joined(edges: readonly Edge[]): Edge[] {
  const result: Edge[] = []
  for (const edge of edges) {
    const last = result[result.length - 1]
    if (last?.target === edge.target) result[result.length - 1] = { ...last, to: edge.to }
    else result.push(edge)
  }
  return result
}

/** For each state, those with an edge to it. */
export function predecessorsOf({ edges }: Pick<Automaton, 'edges'>): readonly (readonly number[])[] {
  const before = edges.map((): number[] => [])
  edges.forEach((own, state) => {
    for (const { target } of own) if (before[target]!.at(-1) !== state) before[target]!.push(state)
  })
  return before
}

/**
 * Merges states that no text can tell apart. Classes are split until nothing changes; a state is looked at again only when one that
 * it leads to has moved to another class, so a chain of thousands of states costs no more than its length.
 */
export function minimize(automaton: Automaton): Automaton {
  const before = predecessorsOf(automaton)
  const classes = automaton.accepting.map(Number)
  const sizes = [0, 0]
  for (const own of classes) sizes[own]! += 1
  let touched: Iterable<number> = automaton.edges.keys()
  for (;;) {
    const moved: number[] = []
    for (const [own, parts] of partsOf(automaton, classes, touched)) {
      const seen = parts.reduce((sum, part) => sum + part.length, 0)
      // Those that were not looked at keep the name of the class; else the largest part does.
      const kept = seen < sizes[own]! ? null : parts.reduce((a, b) => (b.length > a.length ? b : a))
      for (const part of parts) {
        if (part === kept) continue
        for (const state of part) classes[state] = sizes.length
        sizes.push(part.length)
        sizes[own]! -= part.length
        moved.push(...part)
      }
    }
    if (moved.length === 0) return quotient(automaton, classes)
    touched = new Set(moved.flatMap((state) => before[state]!))
  }
}

// The states that are looked at, by class, and within it by what they lead to.
function partsOf(
  automaton: Automaton,
  classes: readonly number[],
  states: Iterable<number>,
): (readonly [number, readonly number[][]])[] {
  const parts = new Map<number, Map<string, number[]>>()
  for (const state of states) {
    const own = parts.get(classes[state]!) ?? new Map<string, number[]>()
    parts.set(classes[state]!, own)
    const edges = joined(automaton.edges[state]!.map((edge) => ({ ...edge, target: classes[edge.target]! })))
    const key = edges.map(({ to, target }) => `${to}>${target}`).join()
    const part = own.get(key)
    if (part === undefined) own.set(key, [state])
    else part.push(state)
  }
  return [...parts].map(([own, byKey]) => [own, [...byKey.values()]] as const)
}

// Renumbers classes in the order they are met from the start, which also drops unreachable states.
function quotient(automaton: Automaton, classes: readonly number[]): Automaton {
  const numbers = new Map<number, number>([[classes[0]!, 0]])
  const members = [0]
  const edges: Edge[][] = []
  for (let at = 0; at < members.length; at += 1) {
    edges.push(
      joined(
        automaton.edges[members[at]!]!.map((edge) => {
          const target = classes[edge.target]!
          if (!numbers.has(target)) {
            numbers.set(target, members.length)
            members.push(edge.target)
          }
          return { ...edge, target: numbers.get(target)! }
        }),
      ),
    )
  }
  return { edges, accepting: members.map((member) => automaton.accepting[member]!) }
}

// Below this many states, minimizing costs more than it saves.
const worthMinimizing = 1500

/** The automaton with fewer states, when it is large enough to be worth the work. */
export function tidied(automaton: Automaton): Automaton {
  return automaton.edges.length > worthMinimizing ? minimize(automaton) : automaton
}
