import { type HotReads, hotStatements } from '../sql/hot-reads.ts'
import type { Connection } from './connection.ts'

/** The hot reads as prepared statements of a connection; `guard` throws once their unit of work has ended. */
export function sqliteHotReads(connection: Connection, guard: () => void): HotReads {
  const read = <Row>(text: string) => {
    const sql = text.replaceAll('$', '?')
    return async (...parameters: readonly string[]): Promise<Row | undefined> => {
      guard()
      // The statement selects the columns of the row it is typed as.
      return connection.prepared(sql).get(...parameters) as Row | undefined
    }
  }
  return {
    token: read(hotStatements.token),
    environment: read(hotStatements.environment),
    latestRevision: read(hotStatements.latestRevision),
    openSession: read(hotStatements.openSession),
  }
}
