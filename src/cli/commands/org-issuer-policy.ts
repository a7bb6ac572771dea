import type { ApiUpdateAuthPolicy } from '../../client/index.ts'
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
  async run({ session, world, args, flags, given, out }) {
    // What is wrong with the form of the file is for the server to say.
    const policies = given.has('file') ? ((await readDocument(world, flags.file)) ?? []) : null
    const { server, org } = await organizationOf(session, flags.org)
    const { id } = await trustedIssuer(server, org, args[0]!)
    const current = await server.call('GetAuthPolicy', { path: { org, id } })
    const body = { policies } as ApiUpdateAuthPolicy
    const next =
      policies === null
        ? current
        : await server.call('UpdateAuthPolicy', { path: { org, id: current.id }, body })
    out.json(next.policies)
  },
})
