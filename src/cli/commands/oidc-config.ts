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
and the subject of the tokens that the issuer signs.

For AWS the thumbprint is shown too: the SHA-1 of the last certificate that the host of the keys sends. Today AWS
needs none where a public authority vouches for the certificate, and ignores one that is listed; leave it out then.
AWS computes it itself when the provider is made without one.`,
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
  async run({ world, api, session, args, flags, out }) {
    const asJson = wantsJson(flags.output)
    if (!(platforms as readonly string[]).includes(flags.platform)) {
      throw new Failure(
        `invalid --platform ${JSON.stringify(flags.platform)}: must be one of ${platforms.join(', ')}`,
      )
    }
    const organization = args[0] || (await session.defaultOrganization())
    const { issuer, jwks_uri: jwksUri } = await api.issuer()
    const isAws = flags.platform === 'aws'
    const { issuerThumbprints } = await import('../../oidc/thumbprint.ts')
    const thumbprints =
      isAws && world.certificates !== undefined
        ? await issuerThumbprints(issuer, jwksUri, world.certificates)
        : []
    const facts = {
      issuer,
      audience: organization,
      namedProjectAudience: `${flags.platform}:${organization}`,
      subject: `pulumi:environments:org:${organization}:env:<environment>`,
      namedProjectSubject: `pulumi:environments:org:${organization}:env:<project>/<environment>`,
      discoveryUrl: `${issuer}/.well-known/openid-configuration`,
      jwksUri,
      ...(isAws && { thumbprint: thumbprints[0]?.sha1 ?? null, thumbprints }),
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
    for (const { host, sha1, why } of thumbprints) {
      const of = thumbprints.length > 1 ? ` of ${host}` : ''
      out.line(`Thumbprint${of}: ${sha1 === null ? why : `${sha1} (${why})`}`)
    }
  },
})
