/** The outcome of one conformance case. `difference` is the first one: where, wanted, got. */
export interface CaseResult {
  readonly name: string
  readonly passed: boolean
  readonly difference?: string
}

/** A kind of test data: runs every case found in `path` (or the one named), without knowing any case. */
export type Suite = (path: string, options: { readonly only?: string }) => AsyncIterable<CaseResult>
