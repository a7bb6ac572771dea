/** A frozen null-prototype record of the entries, so that `__proto__` and friends are ordinary keys; the last wins. */
export function recordOf<T>(entries: Iterable<readonly [string, T]>): { readonly [key: string]: T } {
  const record: { [key: string]: T } = Object.create(null)
  for (const [key, value] of entries) record[key] = value
  return Object.freeze(record)
}
