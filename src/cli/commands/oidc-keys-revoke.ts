import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { toggle } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { printSigningKeys } from '../signing-key-table.ts'

/** `esc oidc keys revoke`. */
export const command = accountCommand({
  usage: '<v1|v2> <kid>',
  summary: 'Take a signing key out of use at once',
  description: `For a key that somebody else may have. It is no longer published, and when it signed, the next key takes over at once, which
verifiers may not know yet: logins can fail until they ask again. Verifiers may go on accepting the old key until their copies
of the key set lapse, in AWS for hours; to be sure, remove the identity provider there as well.`,
  examples: ['esc oidc keys revoke v1 <kid> --yes'],
  arguments: exactly(2),
  flags: { yes: toggle('Do it: logins can fail for a while'), output: outputFlag },
  async run({ api, args, flags, out }) {
    const asJson = wantsJson(flags.output)
    if (!flags.yes) throw new Failure('logins can fail for a while; if you mean it, say it with --yes')
    const [issuer, kid] = args as [string, string]
    printSigningKeys(out, await api.revokeSigningKey(issuer, kid), asJson)
    out.note('note: verifiers may accept the old key until their copies of the key set lapse')
  },
})
