import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server keys verify`. */
export const command = maintenanceCommand({
  task: 'keys-verify',
  operand: null,
  summary: 'Open every sealed value, and say what does not open',
  description:
    'Ends with 1 when anything does not open. Nothing is changed and no value is shown. No server may run on the data meanwhile.',
  examples: ['esc server keys verify'],
})
