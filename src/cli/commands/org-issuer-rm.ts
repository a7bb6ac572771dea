import { organizationChange } from '../organization-command.ts'
import { trustedIssuer } from '../trusted-issuer.ts'

/** `esc org issuer rm`. */
export const command = organizationChange({
  usage: '<issuer>',
  summary: 'End the trust in an issuer',
  examples: ['esc org issuer rm github'],
  async change(server, org, [issuer = '']) {
    const { id, name } = await trustedIssuer(server, org, issuer)
    await server.call('DeleteOidcIssuer', { path: { org, id } })
    return `tokens of ${name} are worth nothing any more`
  },
})
