import { type Dialect, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { type StatementRunner, UnitDriver } from '../sql/unit-driver.ts'

/** Kysely in PostgreSQL's SQL, over one connection that the store holds. */
export function postgresDialect(runner: StatementRunner): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new UnitDriver(runner),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}
