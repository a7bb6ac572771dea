import { type Dialect, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { type StatementRunner, UnitDriver } from '../sql/unit-driver.ts'

/** Kysely in SQLite's SQL, over one connection that the store holds. */
export function nodeSqliteDialect(runner: StatementRunner): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new UnitDriver(runner),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}
