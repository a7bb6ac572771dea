import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { printSigningKeys } from '../signing-key-table.ts'

/** `esc oidc keys rotate`. */
export const command = accountCommand({
  usage: '<v1|v2>',
  summary: 'Let the next key of an issuer sign from now on',
  description:
    'Refused while the next key was published for less than a day: verifiers that keep key sets would not know it yet.',
  examples: ['esc oidc keys rotate v1'],
  arguments: exactly(1),
  flags: { output: outputFlag },
  async run({ api, args, flags, out }) {
    const asJson = wantsJson(flags.output)
    printSigningKeys(out, await api.rotateSigningKey(args[0]!), asJson)
  },
})
