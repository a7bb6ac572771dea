import { RE2JS, RE2JSSyntaxException } from 're2js'
import { SchemaError } from './schema-error.ts'

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
    const compiled = RE2JS.compile(source)
    return { source, test: (text) => compiled.matcher(text).find() }
  } catch (error) {
    throw new SchemaError(problemOf(error))
  }
}

function problemOf(error: unknown): string {
  if (error instanceof RE2JSSyntaxException) {
    return `error parsing regexp: ${error.error}: \`${error.input ?? ''}\``
  }
  return `error parsing regexp: ${error instanceof Error ? error.message : String(error)}`
}
