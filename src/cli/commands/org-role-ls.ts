import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { organizationOf, orgFlag } from '../organization.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { describeRule } from '../role-text.ts'

const columns = [{ header: 'role' }, { header: 'allows' }, { header: 'held by' }]

/** `esc org role ls`. */
export const command = accountCommand({
  usage: '',
  summary: 'List the custom roles: what they allow where, and who holds them',
  examples: ['esc org role ls', 'esc org role ls --output json'],
  arguments: exactly(0),
  flags: { org: orgFlag, output: outputFlag },
  async run({ session, flags, out }) {
    const asJson = wantsJson(flags.output)
    const { server, org } = await organizationOf(session, flags.org)
    const { roles } = await server.call('ListRoles', { path: { org } })
    if (asJson) return out.json({ roles })
    out.table(
      columns,
      roles.map(({ name, rules, organization, members, teams }) => [
        name,
        [...rules.map(describeRule), ...organization].join('; '),
        [...members, ...teams.map((team) => `team ${team}`)].join(' '),
      ]),
    )
  },
})
