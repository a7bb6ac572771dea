import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server backup`. */
export const command = maintenanceCommand({
  task: 'backup',
  operand: 'file',
  summary: 'Write a consistent copy of the data file',
  description:
    'Works while the server runs. The copy is checked before it gets its name, and never holds the key file.',
  examples: ['esc server backup /backups/openesc-2026-01-31.db'],
})
