import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { organizationOf, orgFlag } from '../organization.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

const columns = [
  { header: 'login' },
  { header: 'role' },
  { header: 'name' },
  { header: 'email' },
  { header: 'since' },
]

/** `esc org member ls`. */
export const command = accountCommand({
  usage: '',
  summary: 'List the members of an organization',
  examples: ['esc org member ls', 'esc org member ls --org acme --output json'],
  arguments: exactly(0),
  flags: { org: orgFlag, output: outputFlag },
  async run({ session, flags, out }) {
    const asJson = wantsJson(flags.output)
    const { server, org } = await organizationOf(session, flags.org)
    const { members } = await server.call('ListMembers', { path: { org } })
    if (asJson) return out.json({ members })
    out.table(
      columns,
      members.map(({ user, role, created }) => [user.githubLogin, role, user.name, user.email, created]),
    )
  },
})
