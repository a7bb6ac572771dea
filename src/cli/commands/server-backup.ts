import { toggle } from '../flags.ts'
import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server backup`. */
export const command = maintenanceCommand({
  task: 'backup',
  operand: 'file',
  summary: 'Write a sealed, consistent copy of the data file',
  description: `Works while the server runs. The copy is checked, and sealed as a whole under a key of its own, which the server's key
wraps: names and texts in it cannot be read, and nothing in it can be altered unnoticed. It never holds the key: to restore it, the
key file (or passphrase, or KMS key) of today is needed. With --plain the database file is written as it is: secrets in it are sealed, names and
the rest of definitions are not.`,
  more: { plain: toggle('Write the data file as it is, not sealed as a whole') },
  examples: [
    'esc server backup /backups/openesc-2026-01-31.backup',
    'esc server backup verify /backups/openesc-2026-01-31.backup',
  ],
})
