import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server keys rewrap`. */
export const command = maintenanceCommand({
  task: 'keys-rewrap',
  operand: null,
  summary: 'Bring a store over to a new key',
  description: `Only wrapped data keys are rewritten, never a value; it may be stopped and run again, and both keys work until it is done.
This form works on a store that no server has open. Without a pause, start the server with the new key and --old-key-file (or
--old-kms-key): it comes over while it serves, and \`esc server keys status\` tells how far it is. The old key may go when
\`esc server keys verify\` says that everything opens under the new one.`,
  examples: [
    'esc server keys rewrap --key-file ./new-key --old-key-file ./data/key',
    'esc server keys rewrap --kms-key arn:aws:kms:eu-west-1:111122223333:key/… --old-key-file ./data/key',
  ],
})
