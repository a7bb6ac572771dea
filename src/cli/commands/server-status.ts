import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server status`. */
export const command = maintenanceCommand({
  task: 'status',
  operand: null,
  summary: 'Say how the server on this machine does',
  description:
    'Asks the server at the port that `--metrics-port` names, over the loopback interface. Prints one JSON object: version, store, schema, audit backlog, clocks, space, memory.',
  examples: ['esc server status --metrics-port 9464'],
})
