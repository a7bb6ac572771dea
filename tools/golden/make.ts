// `node tools/golden/make.ts [--version FOLDER]`: writes what a version of the product leaves in a store, as text, into
// `tests/golden/schema-N/`. Run it once for each release and never change what it wrote: the releases after must read it.
// FOLDER is where that version is installed and built; this one when absent.
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { type Database, startDatabase } from '../database.ts'
import { freePort } from '../demo/process.ts'
import { TorturedServer } from '../torture/servers.ts'
import { type Client, send } from '../torture/workload.ts'
import { type Dump, dumpPostgres, dumpSqlite, statementsText } from './dump.ts'

const { values } = parseArgs({ options: { version: { type: 'string' } } })
const golden = fileURLToPath(new URL('../../tests/golden', import.meta.url))

const folder = await mkdtemp(join(tmpdir(), 'openesc-golden-'))
const database = await startDatabase()
try {
  const file = await fromSqlite(join(folder, 'sqlite'))
  const target = join(golden, `schema-${file.schema}`)
  await mkdir(target, { recursive: true })
  await copyFile(join(folder, 'sqlite/data/key'), join(target, 'sqlite.key'))
  await writeFile(join(target, 'sqlite.sql'), textOf(file.dump))
  console.log(`wrote ${target}/sqlite.sql`)
  const other = await fromPostgres(join(folder, 'postgres'), database)
  if (other !== null) {
    await copyFile(join(folder, 'postgres/data/key'), join(target, 'postgres.key'))
    await writeFile(join(target, 'postgres.sql'), textOf(other))
    console.log(`wrote ${target}/postgres.sql`)
  }
} finally {
  await database.stop()
  await rm(folder, { recursive: true, force: true })
}

function textOf({ schema, rows }: Dump): string {
  return `-- What the store is made of\n${statementsText(schema)}-- What is in it\n${statementsText(rows)}`
}

async function fromSqlite(home: string): Promise<{ readonly schema: number; readonly dump: Dump }> {
  await leaveTraces(home, undefined)
  const file = new DatabaseSync(join(home, 'data/openesc.db'))
  try {
    const row = file.prepare('select max(number) as last from schema_migrations').get()
    return { schema: Number(row?.['last']), dump: dumpSqlite(file) }
  } finally {
    file.close()
  }
}

async function fromPostgres(home: string, server: Database): Promise<Dump | null> {
  const url = await server.create()
  await leaveTraces(home, url)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const dump = await dumpPostgres(client)
    return dump.rows.length > 0 ? dump : null
  } finally {
    await client.end()
  }
}

/** Runs a server of the version and has it keep something of everything. */
async function leaveTraces(home: string, url: string | undefined): Promise<void> {
  await mkdir(home)
  const server = new TorturedServer({
    folder: home,
    port: await freePort(),
    database: url,
    version: values.version,
    limited: true,
  })
  try {
    await server.start()
    const client: Client = { urls: [server.url], token: await server.token() }
    const call = async (method: string, path: string, body?: unknown) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const answer = await send(client, server.url, path, {
        method,
        ...(body === undefined ? {} : { body: text }),
      })
      if (answer === null || answer.status >= 300)
        throw new Error(`${method} ${path}: ${answer?.status} ${answer?.text}`)
      return answer
    }
    for (const name of ['base', 'app', 'gone']) await call('POST', '/acme', { project: 'golden', name })
    await call(
      'PATCH',
      '/acme/golden/base',
      'values:\n  region: eu-west-1\n  password:\n    fn::secret: old words\n',
    )
    await call(
      'PATCH',
      '/acme/golden/base',
      'values:\n  region: eu-west-1\n  password:\n    fn::secret: golden words\n',
    )
    await call(
      'PATCH',
      '/acme/golden/app',
      'imports: [golden/base]\nvalues:\n  url: https://${region}.example.com\n',
    )
    await call('POST', '/acme/golden/base/versions/tags', { name: 'stable', revision: 2 })
    await call('POST', '/acme/golden/app/tags', { name: 'team', value: 'payments' })
    await call('POST', '/acme/golden/app/open')
    await call('POST', '/acme/golden/app/hooks', {
      organizationName: 'acme',
      projectName: 'golden',
      envName: 'app',
      name: 'hook',
      displayName: 'hook',
      active: true,
      payloadUrl: 'https://hooks.example.com/golden',
      format: 'raw',
      filters: ['environment_revision_created'],
      secret: 'signs',
    })
    await call('DELETE', '/acme/golden/gone')
    await server.end('SIGTERM')
  } finally {
    await server.end('SIGKILL')
  }
}
