import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { organizationOf, orgFlag } from '../organization.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

const columns = [{ header: 'name' }, { header: 'url' }, { header: 'longest token' }, { header: 'id' }]

/** `esc org issuer ls`. */
export const command = accountCommand({
  usage: '',
  summary: 'List the issuers whose tokens can be exchanged for access tokens',
  examples: ['esc org issuer ls', 'esc org issuer ls --output json'],
  arguments: exactly(0),
  flags: { org: orgFlag, output: outputFlag },
  async run({ session, flags, out }) {
    const asJson = wantsJson(flags.output)
    const { server, org } = await organizationOf(session, flags.org)
    const { oidcIssuers: issuers } = await server.call('ListOidcIssuers', { path: { org } })
    if (asJson) return out.json({ issuers })
    out.table(
      columns,
      issuers.map(({ name, url, maxExpiration, id }) => [name, url, `${maxExpiration} s`, id]),
    )
  },
})
