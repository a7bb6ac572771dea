import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { levelOf, organizationOf, orgFlag } from '../organization.ts'

/** `esc org settings set`. */
export const command = accountCommand({
  usage: '<setting> <value>',
  summary: 'Change what holds for an organization',
  description: `member-level: what every member may do with every environment: none, read, open, write or admin.
rotation-enabled: whether secrets are rotated, by hand and by schedules: true or false.
fresh-login: who has to have logged in within 15 minutes before a dangerous change (\`esc login --renew\`): sessions, everybody or off.`,
  examples: [
    'esc org settings set member-level read',
    'esc org settings set rotation-enabled false',
    'esc org settings set fresh-login everybody',
  ],
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
  if (name === 'fresh-login') return { freshLogin: ruleOf(value) }
  if (name !== 'rotation-enabled') {
    const known = 'must be member-level, rotation-enabled or fresh-login'
    throw new Failure(`unknown setting ${JSON.stringify(name)}: ${known}`)
  }
  if (value !== 'true' && value !== 'false')
    throw new Failure(`invalid value for rotation-enabled: ${JSON.stringify(value)} (expected true or false)`)
  return { rotationEnabled: value === 'true' }
}

function ruleOf(value: string) {
  const found = (['sessions', 'everybody', 'off'] as const).find((each) => each === value)
  if (found === undefined)
    throw new Failure(
      `invalid value for fresh-login: ${JSON.stringify(value)} (expected sessions, everybody or off)`,
    )
  return found
}
