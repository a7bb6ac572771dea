import { outputFlag } from '../output-flag.ts'
import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server status`. */
export const command = maintenanceCommand({
  task: 'status',
  operand: null,
  summary: 'Say how the server on this machine does',
  description:
    'Asks the server at the port that `--metrics-port` names, over the loopback interface: version, store and schema, memory, audit backlog, clocks, space, age of the last backup and of what is remembered; keys and their ages; and of the whole installation its servers and when each was last seen, who does what for all of them, where every audit trail ends, and the work that waits. What the servers share was read when it says: at most ten seconds ago, unless the store is away.',
  examples: ['esc server status --metrics-port 9464', 'esc server status --metrics-port 9464 --output json'],
  more: { output: outputFlag },
})
