import { core } from './0001-core.ts'
import { workflow } from './0002-workflow.ts'
import { references } from './0003-references.ts'
import { appendOnly } from './0004-append-only.ts'
import { bonds } from './0005-bonds.ts'
import { neighbours } from './0006-neighbours.ts'
import { tenants } from './0007-tenants.ts'
import { macs } from './0008-macs.ts'
import type { Migration } from './migration.ts'

export type { ColumnTypes, Migration } from './migration.ts'
export { type MigrationHost, migrate, takeBack } from './run.ts'

/** Every step, in order. */
export const migrations: readonly Migration[] = [
  core,
  workflow,
  references,
  appendOnly,
  bonds,
  neighbours,
  tenants,
  macs,
]
