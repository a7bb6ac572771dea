import type { Page } from '../store.ts'

/** A page of at most `limit` items, out of rows that were asked for with `limit + 1`. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
): Page<Item> {
  const items = rows.slice(0, limit).map(toItem)
  return { items, more: rows.length > limit }
}

/** Whether a statement changed a row. */
export function changed(result: {
  readonly numUpdatedRows?: bigint
  readonly numDeletedRows?: bigint
  readonly numInsertedOrUpdatedRows?: bigint | undefined
}): boolean {
  const rows = result.numUpdatedRows ?? result.numDeletedRows ?? result.numInsertedOrUpdatedRows ?? 0n
  return rows > 0n
}
