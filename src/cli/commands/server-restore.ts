import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server restore`. */
export const command = maintenanceCommand({
  task: 'restore',
  operand: 'file',
  summary: 'Put a backup where there is no data yet',
  description: 'Refused over existing data. The backup is checked first.',
  examples: ['esc server restore /backups/openesc-2026-01-31.db --data ./restored'],
})
