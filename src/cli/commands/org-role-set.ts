import type { ApiPutRole } from '../../client/index.ts'
import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { requireFlags, text } from '../flags.ts'
import { organizationOf, orgFlag, readDocument } from '../organization.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { describeRule } from '../role-text.ts'

const flags = {
  file: text('The role, YAML or JSON; `-` is stdin', { short: 'f', placeholder: 'file', required: true }),
  org: orgFlag,
  output: outputFlag,
}

/** `esc org role set`. */
export const command = accountCommand({
  usage: '<role> --file <file>',
  summary: 'Make a custom role, or replace all of it',
  description: `A role adds rights: on environments by project, by name, by a tag, or on everything, and in the organization itself.

  description: who keeps development running
  rules:
    - permissions: [read, open, write]
      tag: {name: tier, value: dev}
    - permissions: [read]
      project: web
  organization: [audit_logs:read]
  members: [ben]
  teams: [core]

Permissions are read, open, decrypt, write, rotate, share and delete, each for itself. A rule names \`project\`, \`project\` and
\`name\`, a \`tag\`, several of them (all must hold), or \`everything: true\`. Once a role goes by a tag, changing that tag on an
environment needs \`share\` there. In the organization a role can allow audit_logs:read, audit_logs:export, oidc_issuers:read,
environment:list_deleted and environment:restore_deleted.`,
  examples: [
    'esc org role set developers --file developers.yaml',
    'esc org role get developers | esc org role set copy -f -',
  ],
  arguments: exactly(1),
  flags,
  async run({ session, world, args, flags: chosen, given, out }) {
    requireFlags(flags, given)
    const asJson = wantsJson(chosen.output)
    // What is wrong with the form of the file is for the server to say.
    const body = ((await readDocument(world, chosen.file)) ?? {}) as ApiPutRole
    const { server, org } = await organizationOf(session, chosen.org)
    const role = await server.call('PutRole', { path: { org, role: args[0]! }, body })
    if (asJson) return out.json(role)
    for (const rule of role.rules) out.line(`${role.name}: ${describeRule(rule)}`)
    for (const permission of role.organization) out.line(`${role.name}: ${permission}`)
  },
})
