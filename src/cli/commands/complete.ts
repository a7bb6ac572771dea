import { anyCount } from '../argument-count.ts'
import { command as define } from '../command.ts'
import { candidates } from '../completion.ts'

/** `esc __complete -- <words>`: the candidates for the last word, a line each, with what they are behind a tab. */
export const command = define({
  usage: '-- [<word>...]',
  summary: 'List the completions of a command line',
  examples: ['esc __complete -- env ver'],
  arguments: anyCount,
  flags: {},
  async run({ args, world, out }) {
    for (const { name, text } of await candidates(args, world))
      out.line(text === '' ? name : `${name}\t${text}`)
  },
})
