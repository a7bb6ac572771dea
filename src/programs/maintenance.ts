import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MaintenanceTask, ProgramOptions } from '../cli/index.ts'
import { systemRandom } from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import {
  copyToPostgres,
  enforceProtection,
  keyCheckOf,
  openSqliteStore,
  type Store,
  takeBackPostgres,
  takeBackSqlite,
} from '../store/index.ts'
import { backUp, onBackup, restoreBackup, verifyBackup } from './backup.ts'
import { roleIn, roleWarning } from './database-role.ts'
import { unlock } from './key-file.ts'
import { readSettings, type SettingsReader } from './options.ts'
import { bringBackFrom, examine, onCopy } from './server-doctor.ts'
import { keepKeys, keySources } from './server-keys.ts'
import { statusText } from './status-text.ts'
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
      return await changeSchema(data, database, settings.integer('to', { min: 1, max: 1_000_000 }))
    case 'copy': {
      const copied = await copyToPostgres({ path: sqlitePath(data), url: databaseUrl(operand), nowMs })
      const rows = [...copied.values()].reduce((sum, count) => sum + count, 0)
      return `copied ${rows} rows of ${copied.size} tables; start servers with --database and the same key file`
    }
    case 'backup':
      refuseDatabase(database)
      return await backUp({ store: sqlitePath(data), backup: operand, settings })
    case 'backup-verify':
      return await verifyBackup({ store: sqlitePath(data), backup: operand, settings })
    case 'restore':
      refuseDatabase(database)
      return await restoreBackup({ store: sqlitePath(data), backup: operand, settings })
    case 'doctor':
      return await doctor(data, database, settings, options['restore-from'])
    case 'protect':
      return await protect(data, database, settings)
    case 'status':
      return await statusOf(
        settings.integer('metricsPort', { min: 1, max: 65_535 }),
        options['output'] === 'json',
      )
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

async function changeSchema(
  data: string,
  database: string | undefined,
  to: number | undefined,
): Promise<string> {
  if (to === undefined) {
    await (await openStore({ data, database })).close()
    return 'the schema is up to date'
  }
  const path = sqlitePath(data)
  if (database === undefined && !existsSync(path)) throw new AppError('STORE_UNWRITABLE', { path })
  const taken =
    database === undefined
      ? await takeBackSqlite({ path, nowMs, to })
      : await takeBackPostgres({ url: databaseUrl(database), nowMs, to })
  return taken.length === 0 ? `the schema is ${to}` : `the schema is ${to}; taken back: ${taken.join(', ')}`
}

const settleMilliseconds = 25_000

/** Every server of this version looks every ten seconds whether records are to get MACs. */
async function protect(
  data: string,
  database: string | undefined,
  settings: SettingsReader,
): Promise<string> {
  const store = await openStore({ data, database })
  try {
    const keyFile = settings.text('keyFile') ?? join(data, 'key')
    const { vault } = await unlock(store, keyFile, systemRandom, keySources(settings))
    const settle = () => (database === undefined ? Promise.resolve() : sleep(settleMilliseconds))
    const count = await enforceProtection(store, vault, settle)
    return `records are protected; ${count} of them got a MAC just now`
  } finally {
    await store.close()
  }
}

async function doctor(
  data: string,
  database: string | undefined,
  settings: SettingsReader,
  backup: string | undefined,
): Promise<string> {
  const keyFile = settings.text('keyFile') ?? join(data, 'key')
  const look = async (store: Store) => {
    try {
      if ((await keyCheckOf(store)) === null) return 'there is nothing in this store yet'
      return await examine(store, (await unlock(store, keyFile, systemRandom, keySources(settings))).keyRing)
    } finally {
      await store.close()
    }
  }
  if (backup !== undefined) {
    const store = await openStore({ data, database })
    try {
      const { keyRing } = await unlock(store, keyFile, systemRandom, keySources(settings))
      return await onBackup({ store: sqlitePath(data), backup, settings }, (kept) =>
        bringBackFrom({ store, keyRing }, kept, resolve(backup)),
      )
    } finally {
      await store.close()
    }
  }
  if (database !== undefined) {
    const said = await look(await openStore({ data, database }))
    const warning = roleWarning(await roleIn(database))
    return warning === null ? said : `${said}\nwarning: ${warning}`
  }
  return await onCopy(
    sqlitePath(data),
    data,
    async (path) => await look(await openSqliteStore({ path, nowMs })),
  )
}

/** What a server says of itself at its port for metrics. */
async function statusOf(port: number | undefined, asJson: boolean): Promise<string> {
  if (port === undefined) {
    const wanted = 'the port that the server was started with'
    throw new AppError('SETTING_INVALID', { name: 'metricsPort', wanted, got: 'none' })
  }
  try {
    const response = await fetch(`http://127.0.0.1:${port}/status`, { signal: AbortSignal.timeout(5_000) })
    const text = (await response.text()).trim()
    return asJson ? text : statusText(JSON.parse(text))
  } catch (error) {
    throw new AppError('SERVER_SILENT', { port }, { cause: error })
  }
}

function refuseDatabase(database: string | undefined): void {
  if (database === undefined) return
  throw new AppError('SETTING_INVALID', {
    name: 'database',
    wanted: 'none: PostgreSQL is backed up with pg_dump or base backups (docs/operations.md)',
    got: 'a database',
  })
}
