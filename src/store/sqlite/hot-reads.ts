import { type HotReads, hotStatements } from '../sql/hot-reads.ts'

/** Gives the first row of a statement, prepared once for the connection. */
export type FirstRow = (sql: string, parameters: readonly string[]) => unknown

/** The hot reads as prepared statements. */
export function sqliteHotReads(firstRow: FirstRow): HotReads {
  return {
    token: read(firstRow, hotStatements.token),
    environment: read(firstRow, hotStatements.environment),
    latestRevision: read(firstRow, hotStatements.latestRevision),
    openSession: read(firstRow, hotStatements.openSession),
    dataKey: read(firstRow, hotStatements.dataKey),
    currentDataKey: read(firstRow, hotStatements.currentDataKey),
  }
}

function read<Row>(firstRow: FirstRow, text: string) {
  const sql = sqliteText(text)
  // The statement selects the columns of the row it is typed as.
  return async (...parameters: readonly string[]) => firstRow(sql, parameters) as Row | undefined
}

/** Numbered parameters as SQLite writes them. */
function sqliteText(text: string): string {
  return text.replaceAll('$', '?')
}
