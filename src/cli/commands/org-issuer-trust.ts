import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { integer } from '../flags.ts'
import { organizationOf, orgFlag } from '../organization.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

/** `esc org issuer trust`. */
export const command = accountCommand({
  usage: '<name> <url>',
  summary: 'Let the tokens of an issuer be exchanged for access tokens, once a policy allows',
  description: `Jobs of GitHub Actions, GitLab or Kubernetes then need no stored token: \`esc login --oidc-token\` trades theirs. The
issuer's discovery document is fetched and must name exactly this URL. Its tokens are worth nothing before \`esc org issuer policy\`.`,
  examples: [
    'esc org issuer trust github https://token.actions.githubusercontent.com',
    'esc org issuer trust gitlab https://gitlab.com --max-expiration 3600',
  ],
  arguments: exactly(2),
  flags: {
    'max-expiration': integer('The longest life of a token that is given out, in seconds', {
      initial: 90_000,
    }),
    org: orgFlag,
    output: outputFlag,
  },
  async run({ session, args, flags, given, out }) {
    const asJson = wantsJson(flags.output)
    const [name, url] = args as [string, string]
    const maxExpiration = given.has('max-expiration') ? { maxExpiration: flags['max-expiration'] } : {}
    const { server, org } = await organizationOf(session, flags.org)
    const body = { name, url, ...maxExpiration }
    const issuer = await server.call('RegisterOidcIssuer', { path: { org }, body })
    if (asJson) return out.json(issuer)
    out.line(issuer.id)
    out.note(
      `${name} is known; its tokens are worth nothing yet: \`esc org issuer policy ${name} --file policy.yaml\``,
    )
  },
})
