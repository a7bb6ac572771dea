import { integer } from '../flags.ts'
import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server migrate`. */
export const command = maintenanceCommand({
  task: 'migrate',
  operand: null,
  summary: 'Bring the schema up to date, or take it back',
  description: `The server brings it up to date by itself when it starts. A file is copied beside itself first, and the copy checked.

With \`--to\` the newest steps are taken back, so that a version that does not know them works as before. A file must have no server
then; a database only servers of the version before. Most steps need no such thing: a server says at its start when it cannot work
with a newer schema.`,
  examples: [
    'esc server migrate --database postgres://openesc@db.example.com/openesc',
    'esc server migrate --to 5 --data /var/lib/openesc',
  ],
  more: { to: integer('Number of the schema to go back to', { placeholder: 'number' }) },
})
