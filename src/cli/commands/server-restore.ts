import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server restore`. */
export const command = maintenanceCommand({
  task: 'restore',
  operand: 'file',
  summary: 'Put a backup where there is no data yet',
  description: `Refused over existing data. File, schema and key are checked first: put the key file of that time in its place before, or
name it. What was revoked after the backup is not in it, so every token and session ends; a token of the first administrator, good
for a day, is written to \`restored-token\` in the data directory. The audit trail goes on where the backup's ended, and says so.`,
  examples: ['esc server restore /backups/openesc-2026-01-31.db --data ./restored --key-file /keys/openesc'],
})
