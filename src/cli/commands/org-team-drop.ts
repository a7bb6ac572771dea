import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { organizationOf, orgFlag } from '../organization.ts'

/** `esc org team drop`. */
export const command = accountCommand({
  usage: '<team> <login>',
  summary: 'Take a member out of a team',
  examples: ['esc org team drop core ben'],
  arguments: exactly(2),
  flags: { org: orgFlag },
  async run({ session, args, flags, out }) {
    const [team, login] = args as [string, string]
    const { server, org } = await organizationOf(session, flags.org)
    await server.call('UpdateTeam', { path: { org, team }, body: { removeMember: login } })
    out.note(`${login} is no longer in ${team}`)
  },
})
