import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { text } from '../flags.ts'
import { organizationOf, orgFlag, readDocument } from '../organization.ts'
import { trustedIssuer } from '../trusted-issuer.ts'

/** `esc org issuer policy`. */
export const command = accountCommand({
  usage: '<issuer>',
  summary: 'Show what the tokens of a trusted issuer are worth, or replace it with a file',
  description: `A list of policies. A token is exchanged when one allows and none denies; all rules of a policy must hold. A rule is a
path into the claims and a pattern: \`*\` is any run of characters, \`?\` none or one, \`.\` exactly one. The token's \`aud\` must be
\`urn:pulumi:org:<organization>\` unless a rule names another. Name a subject: without one, every repository gets in.

  - decision: allow
    tokenType: team
    teamName: core
    rules:
      sub: repo:acme/web:ref:refs/heads/main
  - decision: allow
    tokenType: personal
    userLogin: ada
    rules:
      sub: repo:acme/tools:environment:production
      job_workflow_ref: acme/tools/*

The token types are organization, team (with \`teamName\`), personal (with \`userLogin\`) and runner (with \`runnerID\`).`,
  examples: ['esc org issuer policy github', 'esc org issuer policy github --file policy.yaml'],
  arguments: exactly(1),
  flags: {
    file: text('The policies, YAML or JSON; `-` is stdin', { short: 'f', placeholder: 'file' }),
    org: orgFlag,
  },
  async run({ api, session, world, args, flags, given, out }) {
    const organization = await organizationOf(session, flags.org)
    const policies = given.has('file') ? await readDocument(world, flags.file) : null
    const { id } = await trustedIssuer(api, organization, args[0]!)
    const current = await api.authPolicy(organization, id)
    const next = given.has('file')
      ? await api.putAuthPolicy(organization, current.id, policies ?? [])
      : current
    out.json(next.policies)
  },
})
