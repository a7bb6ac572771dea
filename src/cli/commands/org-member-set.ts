import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { text } from '../flags.ts'
import { organizationOf, orgFlag } from '../organization.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

/** `esc org member set`. */
export const command = accountCommand({
  usage: '<login>',
  summary: 'Make somebody a member, or change their role',
  description: `A login that nobody has yet becomes an account. Its first token is printed, this once: hand it over, it can be used to
make others. Members start without rights on environments; give them some with \`esc org settings set\`, \`esc org team grant\`,
\`esc org role set\` or \`esc env access set\`.`,
  examples: ['esc org member set ben', 'esc org member set cleo --role admin --email cleo@acme.dev'],
  arguments: exactly(1),
  flags: {
    role: text('member or admin; an administrator may do everything', { initial: 'member' }),
    name: text('The name to show'),
    email: text('The address to show'),
    org: orgFlag,
    output: outputFlag,
  },
  async run({ session, args, flags, given, out }) {
    const asJson = wantsJson(flags.output)
    const { role } = flags
    if (role !== 'member' && role !== 'admin')
      throw new Failure(`invalid --role ${JSON.stringify(role)}: must be "member" or "admin"`)
    const { server, org } = await organizationOf(session, flags.org)
    const body = {
      role,
      ...(given.has('name') ? { name: flags.name } : {}),
      ...(given.has('email') ? { email: flags.email } : {}),
    } as const
    const path = { org, login: args[0]! }
    const { member, tokenValue } = await server.call('PutMember', { path, body })
    if (asJson) return out.json({ member, ...(tokenValue === undefined ? {} : { token: tokenValue }) })
    out.note(`${member.user.githubLogin} is ${member.role === 'admin' ? 'an administrator' : 'a member'}`)
    if (tokenValue !== undefined) out.line(tokenValue)
  },
})
