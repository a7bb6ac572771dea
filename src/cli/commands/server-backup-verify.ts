import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server backup verify`. */
export const command = maintenanceCommand({
  task: 'backup-verify',
  operand: 'file',
  summary: 'Examine a backup without restoring it',
  description: `Opens the backup into a private folder that is removed again, and looks at all of it: it is whole and unaltered, its key is at
hand, this program knows its schema, every sealed value opens, every audit trail holds, and no revision is missing. Ends with 1 and says what is
wrong otherwise.`,
  examples: ['esc server backup verify /backups/openesc-2026-01-31.backup --key-file /keys/openesc'],
})
