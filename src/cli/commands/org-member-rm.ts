import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { organizationOf, orgFlag } from '../organization.ts'

/** `esc org member rm`. */
export const command = accountCommand({
  usage: '<login>',
  summary: 'End a membership, with its teams, roles and opened sessions',
  examples: ['esc org member rm ben'],
  arguments: exactly(1),
  flags: { org: orgFlag },
  async run({ session, args, flags, out }) {
    const { server, org } = await organizationOf(session, flags.org)
    await server.call('RemoveMember', { path: { org, login: args[0]! } })
    out.note(`${args[0]} is no member any more`)
  },
})
