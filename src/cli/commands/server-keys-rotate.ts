import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server keys rotate`. */
export const command = maintenanceCommand({
  task: 'keys-rotate',
  operand: null,
  summary: 'Seal new values under new data keys',
  description:
    'What is sealed already stays readable under the keys it was sealed with. No server may run on the data meanwhile.',
  examples: ['esc server keys rotate'],
})
