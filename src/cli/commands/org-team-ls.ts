import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { organizationOf, orgFlag } from '../organization.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

const columns = [{ header: 'team' }, { header: 'members' }]

/** `esc org team ls`. */
export const command = accountCommand({
  usage: '',
  summary: 'List the teams and who belongs to them',
  examples: ['esc org team ls', 'esc org team ls --output json'],
  arguments: exactly(0),
  flags: { org: orgFlag, output: outputFlag },
  async run({ session, flags, out }) {
    const asJson = wantsJson(flags.output)
    const { server, org } = await organizationOf(session, flags.org)
    const { teams } = await server.call('ListTeams', { path: { org } })
    if (asJson) return out.json({ teams })
    out.table(
      columns,
      teams.map(({ name, members }) => [name, members.join(' ')]),
    )
  },
})
