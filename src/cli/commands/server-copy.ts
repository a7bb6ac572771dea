import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server copy`. */
export const command = maintenanceCommand({
  task: 'copy',
  operand: 'database',
  summary: 'Copy the data file into a new PostgreSQL database',
  description:
    'Stop the server first. All is copied in one transaction, into a database that holds nothing yet; secrets stay sealed under the same key file.',
  examples: ['esc server copy postgres://openesc@db.example.com/openesc'],
})
