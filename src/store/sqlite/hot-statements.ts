import {
  type HotStatements,
  type HotValue,
  hotReadNames,
  hotStatements,
  hotWriteNames,
  hotWriteStatements,
} from '../sql/hot-statements.ts'

/** Runs statements that are prepared once for the connection. */
export interface HotRunner {
  /** The first row. */
  first(sql: string, parameters: readonly HotValue[]): unknown
  /** The number of rows that it changed. */
  changes(sql: string, parameters: readonly HotValue[]): number
}

/** Every unit of work has statements of its own, so that making them must cost nothing: the methods are the prototype's. */
class SqliteHotStatements {
  readonly runner: HotRunner
  constructor(runner: HotRunner) {
    this.runner = runner
  }
}

for (const name of hotReadNames) {
  const sql = sqliteText(hotStatements[name])
  Object.defineProperty(SqliteHotStatements.prototype, name, {
    async value(this: SqliteHotStatements, ...parameters: readonly HotValue[]) {
      return this.runner.first(sql, parameters)
    },
  })
}
for (const name of hotWriteNames) {
  const sql = sqliteText(hotWriteStatements[name])
  Object.defineProperty(SqliteHotStatements.prototype, name, {
    async value(this: SqliteHotStatements, ...parameters: readonly HotValue[]) {
      return this.runner.changes(sql, parameters)
    },
  })
}

/** The hot statements of a unit of work. */
export function sqliteHotStatements(runner: HotRunner): HotStatements {
  // The loops above gave the class a method for each; every read selects the columns of the row it is typed as.
  return new SqliteHotStatements(runner) as unknown as HotStatements
}

/** Numbered parameters as SQLite writes them. */
function sqliteText(text: string): string {
  return text.replaceAll('$', '?')
}
