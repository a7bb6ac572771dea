import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { organizationOf, orgFlag } from '../organization.ts'

/** `esc org role get`. */
export const command = accountCommand({
  usage: '<role>',
  summary: 'Show a custom role, as `set` takes it',
  examples: ['esc org role get developers', 'esc org role get developers >developers.json'],
  arguments: exactly(1),
  flags: { org: orgFlag },
  async run({ session, args, flags, out }) {
    const { server, org } = await organizationOf(session, flags.org)
    const { roles } = await server.call('ListRoles', { path: { org } })
    const found = roles.find(({ name }) => name === args[0])
    if (found === undefined)
      throw new Failure(`there is no role ${JSON.stringify(args[0])}; list them with \`esc org role ls\``)
    const { name: _, ...role } = found
    out.json(role)
  },
})
