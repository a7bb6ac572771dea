import type { PlainValue } from '../value/index.ts'

/** A file of tests as read: which definition it is about, and its cases. */
export interface TestFile {
  /** The file that was read, for messages. */
  readonly file: string
  /** The definition's file, relative to this one; `null` when the caller knows it. */
  readonly environment: string | null
  readonly cases: readonly TestCase[]
}

/** One case: what the world answers, and what must come out. */
export interface TestCase {
  readonly name: string
  /** The line of the test file that the case starts on. */
  readonly line: number
  /** `check` calls no provider, as `esc env get`; `open` does, as `esc open`. */
  readonly mode: 'open' | 'check'
  /** Facts about the caller, reachable as `${context…}`. */
  readonly context: { readonly [key: string]: PlainValue }
  /** Definitions that stand for imports, as YAML text, by the name that the import uses. */
  readonly imports: ReadonlyMap<string, Uint8Array>
  readonly providers: ReadonlyMap<string, readonly ProviderAnswer[]>
  /** By property path, in the order of the file. A masked secret is written `[secret]`. */
  readonly values: readonly (readonly [path: string, wanted: PlainValue])[]
  /** The findings, in order: summaries, or `line:column: summary`. */
  readonly diagnostics: readonly string[]
}

/** What a provider says in a case: an answer or a refusal, for inputs that hold at least `inputs`. */
export interface ProviderAnswer {
  readonly inputs: PlainValue | null
  /** `{fn::secret: x}` stands for a secret x. */
  readonly answer: PlainValue
  readonly error: string | null
}
