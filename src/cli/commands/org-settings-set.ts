import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { levelOf, organizationOf, orgFlag } from '../organization.ts'

/** `esc org settings set`. */
export const command = accountCommand({
  usage: '<setting> <value>',
  summary: 'Change what holds for an organization',
  description: `member-level: what every member may do with every environment: none, read, open, write or admin.
rotation-enabled: whether secrets are rotated, by hand and by schedules: true or false.`,
  examples: ['esc org settings set member-level read', 'esc org settings set rotation-enabled false'],
  arguments: exactly(2),
  flags: { org: orgFlag },
  async run({ session, args, flags, out }) {
    const [name, value] = args as [string, string]
    const change = changeOf(name, value)
    const { server, org } = await organizationOf(session, flags.org)
    await server.call('UpdateOrganizationSettings', { path: { org }, body: change })
    out.note(`${name} is ${value}`)
  },
})

function changeOf(name: string, value: string) {
  if (name === 'member-level') return { memberLevel: levelOf(value) }
  if (name !== 'rotation-enabled')
    throw new Failure(`unknown setting ${JSON.stringify(name)}: must be member-level or rotation-enabled`)
  if (value !== 'true' && value !== 'false')
    throw new Failure(`invalid value for rotation-enabled: ${JSON.stringify(value)} (expected true or false)`)
  return { rotationEnabled: value === 'true' }
}
