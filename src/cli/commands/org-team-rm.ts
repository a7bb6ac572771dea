import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { organizationOf, orgFlag } from '../organization.ts'

/** `esc org team rm`. */
export const command = accountCommand({
  usage: '<team>',
  summary: 'Remove a team with its grants, and revoke its tokens',
  examples: ['esc org team rm core'],
  arguments: exactly(1),
  flags: { org: orgFlag },
  async run({ session, args, flags, out }) {
    const { server, org } = await organizationOf(session, flags.org)
    await server.call('DeleteTeam', { path: { org, team: args[0]! } })
    out.note(`team ${args[0]} is gone`)
  },
})
