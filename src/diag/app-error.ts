import { type Code, codes, type ErrorKind } from './codes.ts'
import type { Diagnostic } from './diagnostic.ts'

/** What a message is filled with. Never a secret, a token or a key. */
export type Facts = Readonly<Record<string, string | number | readonly string[]>>

/** A refused request: a code of the one table, filled with facts, with a next step in `hint`. */
export class AppError extends Error {
  readonly code: Code
  readonly kind: ErrorKind
  readonly hint: string
  readonly diagnostics: readonly Diagnostic[]
  /** Whole seconds after which the same request may be granted; absent where nobody knows. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: Code,
    facts: Facts = {},
    options: ErrorOptions & { diagnostics?: readonly Diagnostic[]; retryAfterSeconds?: number } = {},
  ) {
    super(fill(codes[code].say, facts), options)
    this.name = 'AppError'
    this.code = code
    this.kind = codes[code].kind
    this.hint = fill(codes[code].hint, facts)
    this.diagnostics = options.diagnostics ?? []
    this.retryAfterSeconds = options.retryAfterSeconds
  }

  /** The error that another thread told of, its words as they were filled there. */
  static told(code: Code, message: string, hint: string): AppError {
    const error = new AppError(code)
    return Object.assign(error, { message, hint })
  }
}

function fill(template: string, facts: Facts): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const fact = facts[name]
    if (fact === undefined) return ''
    return typeof fact === 'object' ? fact.join(', ') : String(fact)
  })
}
