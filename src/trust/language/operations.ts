import {
  type Automaton,
  type Edge,
  joined,
  maxStates,
  predecessorsOf,
  TooManyStates,
  tidied,
} from './automaton.ts'

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
export function usefulStates(automaton: Automaton): boolean[] {
  const before = predecessorsOf(automaton)
  const useful = [...automaton.accepting]
  const queue = useful.flatMap((accepts, state) => (accepts ? [state] : []))
  for (const state of queue) {
    for (const earlier of before[state]!) {
      if (useful[earlier]) continue
      useful[earlier] = true
      queue.push(earlier)
    }
  }
  return useful
}
