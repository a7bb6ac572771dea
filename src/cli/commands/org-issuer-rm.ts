import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { organizationOf, orgFlag } from '../organization.ts'
import { trustedIssuer } from '../trusted-issuer.ts'

/** `esc org issuer rm`. */
export const command = accountCommand({
  usage: '<issuer>',
  summary: 'End the trust in an issuer',
  examples: ['esc org issuer rm github'],
  arguments: exactly(1),
  flags: { org: orgFlag },
  async run({ api, session, args, flags, out }) {
    const organization = await organizationOf(session, flags.org)
    const { id, name } = await trustedIssuer(api, organization, args[0]!)
    await api.removeTrustedIssuer(organization, id)
    out.note(`tokens of ${name} are worth nothing any more`)
  },
})
