import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server keys rewrap`. */
export const command = maintenanceCommand({
  task: 'keys-rewrap',
  operand: null,
  summary: 'Bring a store over to a new key',
  description:
    'Only wrapped data keys are rewritten; it may be stopped and run again. The server does the same when it starts with --old-key-file. No server may run on the data meanwhile.',
  examples: ['esc server keys rewrap --key-file ./new-key --old-key-file ./data/key'],
})
