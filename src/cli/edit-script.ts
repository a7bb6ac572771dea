/** One line of an edit script: kept, removed or added. */
export interface Edit {
  readonly kind: ' ' | '-' | '+'
  readonly line: string
}

/** Beyond this many differences the rest is replaced whole: the search takes time and memory with their square. */
const mostDifferences = 4_000

/**
 * A shortest edit script between two lists of lines, by the greedy algorithm of E. W. Myers, "An O(ND) difference
 * algorithm and its variations" (1986).
 */
export function editScript(from: readonly string[], to: readonly string[]): readonly Edit[] {
  let head = 0
  while (head < from.length && head < to.length && from[head] === to[head]) head += 1
  const kept = from.slice(0, head).map((line): Edit => ({ kind: ' ', line }))
  return [...kept, ...search(from.slice(head), to.slice(head))]
}

/** The farthest reach of every diagonal after each number of differences. */
function search(from: readonly string[], to: readonly string[]): readonly Edit[] {
  const most = Math.min(from.length + to.length, mostDifferences)
  const reach = new Map<number, number>([[1, 0]])
  const trace: Map<number, number>[] = []
  for (let differences = 0; differences <= most; differences += 1) {
    trace.push(new Map(reach))
    for (let diagonal = -differences; diagonal <= differences; diagonal += 2) {
      let x = step(reach, diagonal, differences)
      while (x < from.length && x - diagonal < to.length && from[x] === to[x - diagonal]) x += 1
      reach.set(diagonal, x)
      if (x >= from.length && x - diagonal >= to.length) return backtrack(trace, from, to)
    }
  }
  return [
    ...from.map((line): Edit => ({ kind: '-', line })),
    ...to.map((line): Edit => ({ kind: '+', line })),
  ]
}

function goesDown(reach: Map<number, number>, diagonal: number, differences: number): boolean {
  if (diagonal === -differences) return true
  return diagonal !== differences && (reach.get(diagonal - 1) ?? -1) < (reach.get(diagonal + 1) ?? -1)
}

function step(reach: Map<number, number>, diagonal: number, differences: number): number {
  return goesDown(reach, diagonal, differences)
    ? (reach.get(diagonal + 1) ?? 0)
    : (reach.get(diagonal - 1) ?? 0) + 1
}

function backtrack(
  trace: readonly Map<number, number>[],
  from: readonly string[],
  to: readonly string[],
): readonly Edit[] {
  const edits: Edit[] = []
  let x = from.length
  let y = to.length
  for (let differences = trace.length - 1; differences >= 0; differences -= 1) {
    const reach = trace[differences] as Map<number, number>
    const diagonal = x - y
    const previous = goesDown(reach, diagonal, differences) ? diagonal + 1 : diagonal - 1
    const previousX = differences === 0 ? 0 : (reach.get(previous) ?? 0)
    const previousY = differences === 0 ? 0 : previousX - previous
    while (x > previousX && y > previousY) {
      x -= 1
      y -= 1
      edits.push({ kind: ' ', line: from[x] ?? '' })
    }
    if (differences === 0) break
    if (x === previousX) edits.push({ kind: '+', line: to[--y] ?? '' })
    else edits.push({ kind: '-', line: from[--x] ?? '' })
  }
  return edits.reverse()
}
