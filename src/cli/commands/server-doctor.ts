import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server doctor`. */
export const command = maintenanceCommand({
  task: 'doctor',
  operand: null,
  summary: 'Examine all data, while the server runs',
  description: `Every sealed value must open, every audit trail must hold, every environment must have its revisions without a gap, every
data key its owner. A data file is examined in a copy that is removed afterwards. Ends with 1 and names what is damaged; an
earlier revision (\`esc env version rollback\`) or a backup may hold it. Nothing is changed and no value is shown.`,
  examples: ['esc server doctor', 'esc server doctor --data /var/lib/openesc'],
})
