import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { ownerFlag, tokenOwner } from '../token-owner.ts'

const columns = [
  { header: 'id' },
  { header: 'name' },
  { header: 'acts for' },
  { header: 'expires' },
  { header: 'last used' },
  { header: 'state' },
]

/** `esc token ls`. */
export const command = accountCommand({
  usage: '',
  summary: 'List access tokens: never their text',
  examples: ['esc token ls', 'esc token ls --org acme --output json'],
  arguments: exactly(0),
  flags: { org: ownerFlag, output: outputFlag },
  async run({ api, flags, out }) {
    const asJson = wantsJson(flags.output)
    const tokens = await api.listTokens(tokenOwner(flags.org))
    if (asJson) out.json({ tokens })
    else {
      out.table(
        columns,
        tokens.map(({ id, name, team, admin, expires, lastUsed, revoked }) => [
          id,
          name,
          team ?? (admin ? 'administration' : ''),
          expires || 'never',
          lastUsed || 'never',
          revoked ? 'revoked' : 'valid',
        ]),
      )
    }
  },
})
