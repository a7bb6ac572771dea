// Builds the version after this one: the same sources, with one more step of the schema, which only adds.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrations } from '../../src/store/index.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const before = migrations.at(-1)?.number ?? 0

const step = `import { sql } from 'kysely'
import type { Migration } from './migration.ts'

export const nextVersion: Migration = {
  number: ${before + 1},
  name: 'next version',
  worksWith: ${before},
  async up(db, types) {
    await db.schema.alterTable('environments').addColumn('of_the_next_version', sql\`\${types.text}\` as never).execute()
    await db.schema.createTable('next_version').addColumn('id', sql\`\${types.text}\` as never).modifyEnd(types.tableEnd).execute()
    await db.schema.createIndex('by_next_version').on('environments').columns(['of_the_next_version']).execute()
  },
  async down(db) {
    await db.schema.dropIndex('by_next_version').execute()
    await db.schema.dropTable('next_version').execute()
    await db.schema.alterTable('environments').dropColumn('of_the_next_version').execute()
  },
}
`

/**
 * Builds it in the folder, which then has its `bin/esc`.
 *
 * @throws Error when it cannot be built
 */
export function buildNextVersion(folder: string): void {
  mkdirSync(folder)
  for (const part of ['bin', 'src', 'tools/build', 'tools/build.mjs', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const steps = join(folder, 'src/store/migrations')
  writeFileSync(join(steps, 'next-version.ts'), step)
  const list = readFileSync(join(steps, 'index.ts'), 'utf8')
  const longer = list.replace(
    /(export const migrations: readonly Migration\[\] = \[[^\]]*?),?\s*\]/,
    '$1, nextVersion]',
  )
  if (longer === list) throw new Error('the list of steps is not where it was')
  writeFileSync(join(steps, 'index.ts'), `import { nextVersion } from './next-version.ts'\n${longer}`)
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'tools/build.mjs')], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the next version cannot be built: ${stderr}`)
}
