import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server migrate`. */
export const command = maintenanceCommand({
  task: 'migrate',
  operand: null,
  summary: 'Bring the schema up to date',
  description: 'The server does this by itself when it starts. A file is copied beside itself first.',
  examples: ['esc server migrate --database postgres://openesc@db.example.com/openesc'],
})
