import { atMost } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { text } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

const platforms = ['aws', 'azure', 'gcp', 'vault', 'doppler', 'infisical', 'snowflake'] as const

/** `esc oidc config`. */
export const command = accountCommand({
  usage: '[<organization>]',
  summary: 'Show what a cloud has to know about the issuer',
  description: `An identity provider in the cloud needs the issuer's URL and an audience; a role's trust policy checks the audience
and the subject of the tokens that the issuer signs.`,
  examples: [
    'esc oidc config acme',
    'esc oidc config acme --platform gcp',
    'esc oidc config acme --output json',
  ],
  arguments: atMost(1),
  flags: {
    platform: text(`The cloud: ${platforms.join(', ')}`, { initial: 'aws' }),
    output: outputFlag,
  },
  async run({ api, session, args, flags, out }) {
    const asJson = wantsJson(flags.output)
    if (!(platforms as readonly string[]).includes(flags.platform)) {
      throw new Failure(
        `invalid --platform ${JSON.stringify(flags.platform)}: must be one of ${platforms.join(', ')}`,
      )
    }
    const organization = args[0] || (await session.defaultOrganization())
    const { issuer, jwks_uri: jwksUri } = await api.issuer()
    const facts = {
      issuer,
      audience: organization,
      namedProjectAudience: `${flags.platform}:${organization}`,
      subject: `pulumi:environments:org:${organization}:env:<environment>`,
      namedProjectSubject: `pulumi:environments:org:${organization}:env:<project>/<environment>`,
      discoveryUrl: `${issuer}/.well-known/openid-configuration`,
      jwksUri,
    }
    if (asJson) {
      out.json(facts)
      return
    }
    out.line(`Issuer: ${facts.issuer}`)
    out.line(`Audience: ${facts.namedProjectAudience}`)
    out.line(`Subject: ${facts.namedProjectSubject}`)
    out.line(`Audience in project default: ${facts.audience}`)
    out.line(`Subject in project default: ${facts.subject}`)
    out.line(`Discovery document: ${facts.discoveryUrl}`)
    out.line(`Keys: ${facts.jwksUri}`)
  },
})
