import { createRequire } from 'node:module'
import { SchemaError } from './schema-error.ts'

type Engine = typeof import('re2js')

let loaded: Engine | null = null

/** Few definitions have a pattern, and the engine takes 15 ms to load: it is loaded with the first one. */
function engine(): Engine {
  return (loaded ??= createRequire(import.meta.url)('re2js') as Engine)
}

/** A compiled pattern; matching takes time linear in the text. */
export interface Pattern {
  readonly source: string
  /** Whether the pattern matches anywhere in the text. */
  test(text: string): boolean
}

/**
 * Compiles an unanchored RE2 expression.
 *
 * @throws SchemaError ``error parsing regexp: <problem>: `<fragment>` ``
 */
export function compilePattern(source: string): Pattern {
  try {
    const compiled = engine().RE2JS.compile(source)
    return { source, test: (text) => compiled.matcher(text).find() }
  } catch (error) {
    throw new SchemaError(problemOf(error))
  }
}

function problemOf(error: unknown): string {
  if (error instanceof engine().RE2JSSyntaxException) {
    return `error parsing regexp: ${error.error}: \`${error.input ?? ''}\``
  }
  return `error parsing regexp: ${error instanceof Error ? error.message : String(error)}`
}
