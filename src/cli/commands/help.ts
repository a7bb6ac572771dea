import { anyCount } from '../argument-count.ts'
import { command as define } from '../command.ts'

/** `esc help <command>`: the dispatcher reads it as `esc <command> --help`; this is its own help. */
export const command = define({
  usage: '[<command>...]',
  summary: 'Help about any command',
  examples: ['esc help env set'],
  arguments: anyCount,
  flags: {},
  run: async () => {},
})
