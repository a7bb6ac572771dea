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

function joined(edges: readonly Edge[]): Edge[] {
  const result: Edge[] = []
  for (const edge of edges) {
    const last = result[result.length - 1]
    if (last?.target === edge.target) result[result.length - 1] = { ...last, to: edge.to }
    else result.push(edge)
  }
  return result
}

/** Merges states that no text can tell apart (Moore's refinement). */
export function minimize(automaton: Automaton): Automaton {
  let classes = automaton.accepting.map(Number)
  let count = new Set(classes).size
  for (;;) {
    const numbers = new Map<string, number>()
    const next = classes.map((own, state) => {
      const edges = joined(
        automaton.edges[state]!.map((edge) => ({ ...edge, target: classes[edge.target]! })),
      )
      const key = `${own}|${edges.map(({ to, target }) => `${to}>${target}`).join()}`
      if (!numbers.has(key)) numbers.set(key, numbers.size)
      return numbers.get(key)!
    })
    if (numbers.size === count) break
    classes = next
    count = numbers.size
  }
  return quotient(automaton, classes)
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

/** Every text the automaton refuses. */
export function complement({ edges, accepting }: Automaton): Automaton {
  return { edges, accepting: accepting.map((accepts) => !accepts) }
}

/** The texts both accept. @throws TooManyStates */
export function intersect(a: Automaton, b: Automaton): Automaton {
  return product(a, b, (x, y) => x && y)
}

/** The texts either accepts. @throws TooManyStates */
export function unite(a: Automaton, b: Automaton): Automaton {
  return product(a, b, (x, y) => x || y)
}

/** The texts `a` accepts and `b` does not. @throws TooManyStates */
export function subtract(a: Automaton, b: Automaton): Automaton {
  return product(a, b, (x, y) => x && !y)
}

function product(a: Automaton, b: Automaton, accepts: (a: boolean, b: boolean) => boolean): Automaton {
  const numbers = new Map<number, number>([[0, 0]])
  const pairs: [number, number][] = [[0, 0]]
  const edges: Edge[][] = []
  for (let at = 0; at < pairs.length; at += 1) {
    const [x, y] = pairs[at]!
    const own: Edge[] = []
    let j = 0
    const others = b.edges[y]!
    for (const edge of a.edges[x]!) {
      for (; j < others.length; j += 1) {
        const other = others[j]!
        const key = edge.target * b.edges.length + other.target
        let target = numbers.get(key)
        if (target === undefined) {
          if (pairs.length >= maxStates) throw new TooManyStates()
          target = pairs.length
          numbers.set(key, target)
          pairs.push([edge.target, other.target])
        }
        own.push({ from: Math.max(edge.from, other.from), to: Math.min(edge.to, other.to), target })
        if (other.to > edge.to) break
        if (other.to === edge.to) {
          j += 1
          break
        }
      }
    }
    edges.push(joined(own))
  }
  return tidied({ edges, accepting: pairs.map(([x, y]) => accepts(a.accepting[x]!, b.accepting[y]!)) })
}

// Below this many states, minimizing costs more than it saves.
const worthMinimizing = 1500

function tidied(automaton: Automaton): Automaton {
  return automaton.edges.length > worthMinimizing ? minimize(automaton) : automaton
}

/** Whether the automaton accepts the text. */
export function accepts({ edges, accepting }: Automaton, value: string): boolean {
  let state = 0
  for (let i = 0; i < value.length; i += 1) {
    const unit = value.charCodeAt(i)
    state = edges[state]!.find((edge) => unit <= edge.to)!.target
  }
  return accepting[state]!
}

/** Whether no text at all is accepted. */
export function isEmpty(automaton: Automaton): boolean {
  // Minimal automata reach all their states, so one look is enough; others are walked.
  return shortest(automaton) === null
}

/** Whether every text of `a` is one of `b`. @throws TooManyStates */
export function isSubset(a: Automaton, b: Automaton): boolean {
  return isEmpty(subtract(a, b))
}

// Letters first: a witness is read by people.
const readable = 'xabcdefghijklmnopqrstuvwyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./:@+=, '

function pickUnit({ from, to }: Edge): number {
  for (const char of readable) {
    const unit = char.charCodeAt(0)
    if (unit >= from && unit <= to) return unit
  }
  return from
}

/** One of the shortest texts the automaton accepts, of readable characters where it can be; `null` = none. */
export function shortest({ edges, accepting }: Automaton): string | null {
  const texts: (string | undefined)[] = ['']
  const queue = [0]
  for (const state of queue) {
    if (accepting[state]) return texts[state]!
    const byChoice = edges[state]!.map((edge) => ({ target: edge.target, unit: pickUnit(edge) })).sort(
      (a, b) => rank(a.unit) - rank(b.unit),
    )
    for (const { target, unit } of byChoice) {
      if (texts[target] !== undefined) continue
      texts[target] = texts[state]! + String.fromCharCode(unit)
      queue.push(target)
    }
  }
  return null
}

function rank(unit: number): number {
  const index = readable.indexOf(String.fromCharCode(unit))
  return index === -1 ? readable.length + unit : index
}

/** Every accepted text when they are finitely many and at most `limit`; `null` otherwise. */
export function finiteTexts(automaton: Automaton, limit: number): readonly string[] | null {
  const useful = usefulStates(automaton)
  const count = countTexts(automaton, useful)
  if (count === null || count > limit) return null
  const found: string[] = []
  const walk = (state: number, prefix: string): void => {
    if (automaton.accepting[state]) found.push(prefix)
    for (const { from, to, target } of automaton.edges[state]!) {
      if (!useful[target]) continue
      for (let unit = from; unit <= to; unit += 1) walk(target, prefix + String.fromCharCode(unit))
    }
  }
  if (useful[0]) walk(0, '')
  return found
}

// How many texts lead from the start to acceptance; `null` when a loop makes them endless.
function countTexts({ edges, accepting }: Automaton, useful: readonly boolean[]): number | null {
  const counts: (number | 'open')[] = []
  const count = (state: number): number | null => {
    const known = counts[state]
    if (known === 'open') return null
    if (known !== undefined) return known
    counts[state] = 'open'
    let sum = accepting[state] ? 1 : 0
    for (const { from, to, target } of edges[state]!) {
      if (!useful[target]) continue
      const rest = count(target)
      if (rest === null) return null
      sum += (to - from + 1) * rest
    }
    counts[state] = sum
    return sum
  }
  return useful[0] ? count(0) : 0
}

/** For each state, whether some text leads on to acceptance. */
export function usefulStates({ edges, accepting }: Automaton): boolean[] {
  const useful = [...accepting]
  for (let changed = true; changed; ) {
    changed = false
    edges.forEach((own, state) => {
      if (useful[state] || !own.some(({ target }) => useful[target])) return
      useful[state] = true
      changed = true
    })
  }
  return useful
}
