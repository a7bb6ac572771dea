// How long does a large file of the oldest golden schema take to be brought up to date (R-28: 100,000 environments, a million revisions, at
// most 60 s)? `node bench/migrate.ts [--environments 100000] [--revisions 10]`; 1.5 GB of temporary space. The copy that is
// made first is a part of it, and told apart.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { backUpSqliteStore, openSqliteStore } from '../src/store/index.ts'
import { goldens, loadSqlite } from '../tools/golden/load.ts'

const { values } = parseArgs({
  options: {
    environments: { type: 'string', default: '100000' },
    revisions: { type: 'string', default: '10' },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'openesc-migrate-'))
try {
  const path = join(folder, 'openesc.db')
  const [oldest] = goldens('sqlite')
  if (oldest === undefined) throw new Error('no golden store')
  loadSqlite(oldest, path)
  grow(path, Number(values.environments), Number(values.revisions))
  const copying = performance.now()
  backUpSqliteStore(path, join(folder, 'copy.db'))
  const copied = performance.now() - copying
  const started = performance.now()
  const store = await openSqliteStore({ path, nowMs: () => Date.now() })
  const took = performance.now() - started
  await store.close()
  const rows = [
    ['schema before', oldest.schema],
    ['environments', values.environments],
    ['revisions', Number(values.environments) * Number(values.revisions)],
    ['size of the file', `${Math.round(statSync(path).size / 1e6)} MB`],
    ['until it is open', `${(took / 1000).toFixed(1)} s`],
    ['a checked copy alone', `${(copied / 1000).toFixed(1)} s`],
  ]
  for (const [name, value] of rows) console.log(`${String(name).padEnd(22)} ${value}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Adds environments with revisions that are copies of the golden ones. */
function grow(path: string, environments: number, revisions: number): void {
  const file = new DatabaseSync(path)
  file.exec('pragma synchronous = off; begin')
  const numbers = (most: number) =>
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${most})`
  const copied = (table: string, changed: Readonly<Record<string, string>>) => {
    const columns = file
      .prepare(`pragma table_info(${table})`)
      .all()
      .map((row) => String(row['name']))
    const source = columns.map((column) => changed[column] ?? `t.${column}`)
    return `insert into ${table} (${columns.join(', ')}) select ${source.join(', ')}`
  }
  const name = "'big-' || n.i"
  file.exec(
    `${numbers(environments)} ${copied('environments', { id: name, name, name_key: name, latest: String(revisions) })}
      from n, (select * from environments where name = 'app' limit 1) t`,
  )
  file.exec(
    `${numbers(environments)} ${copied('revisions', { environment_id: name, number: 'm.i' })}
      from n, (with recursive m(i) as (select 1 union all select i + 1 from m where i < ${revisions}) select i from m) m,
      (select * from revisions order by length(source) desc limit 1) t`,
  )
  file.exec('commit')
  file.close()
}
