import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { organizationOf, orgFlag } from '../organization.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

/** `esc org settings get`. */
export const command = accountCommand({
  usage: '',
  summary: 'Show what holds for an organization',
  examples: ['esc org settings get', 'esc org settings get --output json'],
  arguments: exactly(0),
  flags: { org: orgFlag, output: outputFlag },
  async run({ session, flags, out }) {
    const asJson = wantsJson(flags.output)
    const { server, org } = await organizationOf(session, flags.org)
    const settings = await server.call('GetOrganizationSettings', { path: { org } })
    if (asJson) return out.json(settings)
    out.line(`member-level      ${settings.memberLevel}`)
    out.line(`rotation-enabled  ${settings.rotationEnabled}`)
    if (settings.freshLogin !== undefined) out.line(`fresh-login       ${settings.freshLogin}`)
  },
})
