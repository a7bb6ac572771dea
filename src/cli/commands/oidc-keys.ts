import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { printSigningKeys } from '../signing-key-table.ts'

/** `esc oidc keys`. */
export const command = accountCommand({
  usage: '',
  summary: 'List the keys that the issuers sign with: their states and times',
  description: `A key is published for a day before it signs (pending), signs (active), and stays published until no token of it lives
(retired). The keys themselves never leave the server. Needs an administrator of the installation.`,
  examples: ['esc oidc keys', 'esc oidc keys --output json'],
  arguments: exactly(0),
  flags: { output: outputFlag },
  async run({ api, flags, out }) {
    const asJson = wantsJson(flags.output)
    printSigningKeys(out, await api.listSigningKeys(), asJson)
  },
})
