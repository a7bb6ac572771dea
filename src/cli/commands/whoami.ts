import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

/** `esc whoami`. */
export const command = accountCommand({
  usage: '',
  summary: 'Show which server you are logged in to, and as whom',
  examples: ['esc whoami', 'esc whoami --output json'],
  arguments: exactly(0),
  flags: { output: outputFlag },
  async run({ api, session, flags, out }) {
    const asJson = wantsJson(flags.output)
    const [user, defaultOrganization] = await Promise.all([api.user(), session.defaultOrganization()])
    const organizations = (user.organizations ?? []).map((organization) => organization.githubLogin)
    const token = user.tokenInfo?.name ?? ''
    if (asJson) {
      out.json({
        backend: session.backend,
        user: user.githubLogin,
        token,
        organizations,
        defaultOrganization,
      })
      return
    }
    out.line(`User: ${user.githubLogin}`)
    if (token !== '') out.line(`Token: ${token}`)
    out.line(`Backend: ${session.backend}`)
    out.line(`Organizations: ${organizations.length === 0 ? '-' : organizations.join(', ')}`)
    out.line(`Default organization: ${defaultOrganization}`)
  },
})
