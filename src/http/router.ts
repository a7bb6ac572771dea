import { AppError } from '../diag/index.ts'
import type { Answer } from './answer.ts'
import { checkPath } from './path.ts'
import { problem } from './problem.ts'
import type { Route } from './route.ts'

/** The route that a request takes, with the parameters of its path, decoded once. */
export interface Match {
  readonly route: Route
  readonly parameters: Readonly<Record<string, string>>
}

/** Finds routes. Of two that fit, the one that stands first in the table is taken. */
export interface Router {
  /** Null when no route of the method fits. A HEAD request takes the GET route. */
  match(method: string, path: string): Match | null
  /**
   * The answer to a request that no route takes: 405 where another method would.
   *
   * @throws AppError ROUTE_NOT_FOUND, REQUEST_INVALID
   */
  refuse(method: string, path: string): Answer
}

/** One segment of a path: a text, or the name of a parameter that any text is. */
interface Segment {
  readonly text: string
  readonly isParameter: boolean
}

interface Pattern {
  readonly route: Route
  readonly segments: readonly Segment[]
  readonly parameterCount: number
}

/** The router of a table of routes. */
export function createRouter(table: readonly Route[]): Router {
  const patterns = table.map(patternOf)
  // By method and length: hardly a request then meets more than a dozen patterns.
  const byShape = Map.groupBy(
    patterns.filter(({ route }) => route.method !== 'HEAD'),
    ({ route, segments }) => `${route.method} ${segments.length}`,
  )
  return {
    match(method, path) {
      const segments = segmentsOf(path)
      const candidates = byShape.get(`${method === 'HEAD' ? 'GET' : method} ${segments.length}`)
      const found = candidates?.find((pattern) => fits(pattern, segments))
      return found === undefined ? null : { route: found.route, parameters: parametersOf(found, segments) }
    },
    refuse(method, path) {
      checkPath(path)
      const segments = segmentsOf(path)
      const matching = patterns.filter(
        (pattern) => pattern.segments.length === segments.length && fits(pattern, segments),
      )
      // The path with the fewest parameters is the one that was meant.
      const fewest = Math.min(...matching.map(({ parameterCount }) => parameterCount))
      const allowed = new Set(
        matching.filter(({ parameterCount }) => parameterCount === fewest).map(({ route }) => route.method),
      )
      if (allowed.size === 0) throw new AppError('ROUTE_NOT_FOUND', { method, path: path.slice(0, 200) })
      if (allowed.has('GET')) allowed.add('HEAD')
      const list = [...allowed].sort().join(', ')
      return problem(405, {
        message: `Method Not Allowed: ${method} is not one of ${list}`,
        reason: 'method_not_allowed',
        headers: { allow: list },
      })
    },
  }
}

function patternOf(route: Route): Pattern {
  const segments = segmentsOf(route.path).map((text) => {
    const [, name] = /^\{(\w+)\}$/.exec(text) ?? []
    return name === undefined ? { text, isParameter: false } : { text: name, isParameter: true }
  })
  return { route, segments, parameterCount: segments.filter(({ isParameter }) => isParameter).length }
}

/** The segments of a path in its canonical form. */
function segmentsOf(path: string): readonly string[] {
  return path.slice(1).split('/')
}

/** Whether segments of the same number fit. The last ones tell most routes apart. */
function fits({ segments }: Pattern, given: readonly string[]): boolean {
  for (let index = segments.length - 1; index >= 0; index -= 1) {
    const { text, isParameter } = segments[index]!
    if (isParameter ? given[index] === '' : given[index] !== text) return false
  }
  return true
}

function parametersOf({ segments }: Pattern, given: readonly string[]): Readonly<Record<string, string>> {
  const parameters: Record<string, string> = {}
  segments.forEach(({ text, isParameter }, index) => {
    if (isParameter) parameters[text] = decoded(given[index]!)
  })
  return parameters
}

/** A segment with a broken escape stays as it is: whoever looks at the path refuses it. */
function decoded(segment: string): string {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
