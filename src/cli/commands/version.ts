import { exactly } from '../argument-count.ts'
import { command as define } from '../command.ts'

/** `esc version`. */
export const command = define({
  usage: '',
  summary: "Print esc's version number",
  examples: ['esc version'],
  arguments: exactly(0),
  flags: {},
  async run({ out, world }) {
    out.line(world.version)
  },
})
