import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { organizationOf, orgFlag } from '../organization.ts'

/** `esc org team add`. */
export const command = accountCommand({
  usage: '<team> <login>',
  summary: 'Add a member to a team',
  examples: ['esc org team add core ben'],
  arguments: exactly(2),
  flags: { org: orgFlag },
  async run({ session, args, flags, out }) {
    const [team, login] = args as [string, string]
    const { server, org } = await organizationOf(session, flags.org)
    await server.call('UpdateTeam', { path: { org, team }, body: { addMember: login } })
    out.note(`${login} is in ${team}`)
  },
})
