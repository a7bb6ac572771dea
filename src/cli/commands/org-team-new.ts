import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { organizationOf, orgFlag } from '../organization.ts'

/** `esc org team new`. */
export const command = accountCommand({
  usage: '<team>',
  summary: 'Make a team without members',
  examples: ['esc org team new core'],
  arguments: exactly(1),
  flags: { org: orgFlag },
  async run({ session, args, flags, out }) {
    const { server, org } = await organizationOf(session, flags.org)
    await server.call('CreateTeam', { path: { org }, body: { name: args[0]! } })
    out.note(`team ${args[0]} is there; add members with \`esc org team add ${args[0]} <login>\``)
  },
})
