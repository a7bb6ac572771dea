import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { ownerFlag, tokenOwner } from '../token-owner.ts'

/** `esc token revoke`. */
export const command = accountCommand({
  usage: '<id>',
  summary: 'Revoke an access token at once, with the sessions that it opened',
  examples: ['esc token revoke <id>', 'esc token revoke <id> --org acme'],
  arguments: exactly(1),
  flags: { org: ownerFlag },
  async run({ api, args, flags, out }) {
    await api.revokeToken(tokenOwner(flags.org), args[0]!)
    out.note(`token ${args[0]} is revoked`)
  },
})
