import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { MaintenanceTask, ProgramOptions } from '../cli/index.ts'
import { AppError } from '../diag/index.ts'
import { backUpSqliteStore, copyToPostgres } from '../store/index.ts'
import { readSettings } from './options.ts'
import { keepKeys } from './server-keys.ts'
import { databaseUrl, openStore, sqlitePath } from './store.ts'

const nowMs = () => Date.now()

/** Does a piece of maintenance with the settings of the server and gives what to tell: one line. */
export async function maintain(
  task: MaintenanceTask,
  options: ProgramOptions,
  report: (line: string) => void = () => undefined,
): Promise<string> {
  const settings = readSettings(options)
  const data = resolve((settings.text('data') ?? '~/.openesc').replace(/^~(?=\/|$)/, homedir()))
  const database = settings.text('database')
  const operand = options['operand'] ?? ''
  switch (task) {
    case 'migrate':
      await (await openStore({ data, database })).close()
      return 'the schema is up to date'
    case 'copy': {
      const copied = await copyToPostgres({ path: sqlitePath(data), url: databaseUrl(operand), nowMs })
      const rows = [...copied.values()].reduce((sum, count) => sum + count, 0)
      return `copied ${rows} rows of ${copied.size} tables; start servers with --database and the same key file`
    }
    case 'backup':
      refuseDatabase(database)
      backUpSqliteStore(sqlitePath(data), operand)
      return `wrote ${resolve(operand)}; it holds no key: keep a copy of the key file elsewhere`
    case 'restore':
      refuseDatabase(database)
      return await restore(sqlitePath(data), operand)
    default: {
      const store = await openStore({ data, database })
      try {
        return await keepKeys(task, store, settings, data, report)
      } finally {
        await store.close()
      }
    }
  }
}

/** Puts a backup where there is no store yet, checked before and after. */
async function restore(path: string, backup: string): Promise<string> {
  if (existsSync(path)) throw new AppError('BACKUP_EXISTS', { path })
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    backUpSqliteStore(backup, path)
    await (await openStore({ data: dirname(path), database: undefined })).close()
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  }
  return `restored ${path}; start the server with the key file of that time`
}

function refuseDatabase(database: string | undefined): void {
  if (database === undefined) return
  throw new AppError('SETTING_INVALID', {
    name: 'database',
    wanted: 'none: PostgreSQL is backed up with pg_dump or base backups (docs/operations.md)',
    got: 'a database',
  })
}
