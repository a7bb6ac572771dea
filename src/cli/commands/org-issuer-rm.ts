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
  async run({ session, args, flags, out }) {
    const { server, org } = await organizationOf(session, flags.org)
    const { id, name } = await trustedIssuer(server, org, args[0]!)
    await server.call('DeleteOidcIssuer', { path: { org, id } })
    out.note(`tokens of ${name} are worth nothing any more`)
  },
})
