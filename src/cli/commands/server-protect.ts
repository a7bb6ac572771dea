import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server protect`. */
export const command = maintenanceCommand({
  task: 'protect',
  operand: null,
  summary: 'End an upgrade of servers on one database: refuse records that were altered in it',
  description: `Every definition, revision, tag, grant, token, setting and schedule gets a MAC under a key of its owner, and one that does not match is
refused by name. A server on a file, and the first server on a new database, do this by themselves. On a database from before, run
it when the last server of a version from before has ended: what such a server writes afterwards would be refused, and none can be
started any more. Servers of this version go on meanwhile; it waits 25 seconds for them. Interrupted, run it again.`,
  examples: ['esc server protect --database postgres://openesc@db.example.com/openesc --key-file /safe/key'],
})
