import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { organizationOf, orgFlag } from '../organization.ts'

/** `esc org role rm`. */
export const command = accountCommand({
  usage: '<role>',
  summary: 'Remove a custom role; who held it loses what it allowed at once',
  examples: ['esc org role rm developers'],
  arguments: exactly(1),
  flags: { org: orgFlag },
  async run({ session, args, flags, out }) {
    const { server, org } = await organizationOf(session, flags.org)
    await server.call('DeleteRole', { path: { org, role: args[0]! } })
    out.note(`role ${args[0]} is gone`)
  },
})
