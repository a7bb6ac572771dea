import { text } from '../flags.ts'
import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server doctor`. */
export const command = maintenanceCommand({
  task: 'doctor',
  operand: null,
  summary: 'Examine all data, while the server runs',
  description: `Every sealed value must open, every record must match its MAC, every audit trail must hold, every environment must have its
revisions without a gap, every data key its owner. A data file is examined in a copy that is removed afterwards. Ends with 1 and
names what is damaged. Nothing is changed and no value is shown.

With \`--restore-from\` each damaged record is put back as it is in a backup file of the same key, and nothing else is touched; on a
data file no server may work then. Without a backup, \`esc env version rollback\` makes an earlier revision of an environment the newest.`,
  examples: [
    'esc server doctor',
    'esc server doctor --data /var/lib/openesc',
    'esc server doctor --restore-from /backups/today.db',
  ],
  more: { 'restore-from': text('Backup file to put damaged records back from', { placeholder: 'file' }) },
})
