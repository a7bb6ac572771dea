/**
 * What a JSON text of a row holds; `damaged` for one that is none any more. A row that decides something is held against its MAC
 * before this is asked; a list that shows many rows must not fail for one of them.
 */
export function jsonOr<T>(text: string, damaged: T): T {
  try {
    // Only our own statements write these texts.
    return JSON.parse(text) as T
  } catch {
    return damaged
  }
}
