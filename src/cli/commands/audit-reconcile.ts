import { exactly } from '../argument-count.ts'
import {
  type CloudLogin,
  cloudLoginsIn,
  ledgerOf,
  type Reconciliation,
  reconcile,
} from '../audit/reconcile.ts'
import { readText, readTrail } from '../audit/trail.ts'
import { accountCommand } from '../command.ts'
import { Exit } from '../failure.ts'
import { text, texts } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

const columns = [
  { header: 'time' },
  { header: 'login' },
  { header: 'role' },
  { header: 'environment' },
  { header: 'actor' },
  { header: 'matched by' },
]

/** `esc audit reconcile`. */
export const command = accountCommand({
  usage: '<file>',
  summary: 'Hold the logins in a CloudTrail file against the tokens that this server signed',
  description: `The file has CloudTrail records, one a line, or a document with Records, as AWS writes them. Every AssumeRoleWithWebIdentity
through this issuer must have a token in the audit trail. One that has none was bought with a token that this server never
signed: then somebody else has the issuer's key. The command ends with 1 when there is such a login.`,
  examples: [
    'esc audit reconcile cloudtrail.json',
    'esc audit reconcile cloudtrail.jsonl --org acme --output json',
    'esc audit reconcile cloudtrail.jsonl --trail trail.jsonl',
  ],
  arguments: exactly(1),
  flags: {
    org: text('The organization; default: yours'),
    trail: text('A file of `esc audit export`, instead of the trail on the server'),
    issuer: texts('Further URLs of this issuer, such as an earlier one'),
    output: outputFlag,
  },
  async run({ api, session, args, flags, out, world }) {
    const asJson = wantsJson(flags.output)
    const file = args[0]!
    const logins = cloudLoginsIn(await readText(world, file), file)
    const trail =
      flags.trail === ''
        ? readTrail({ api, organization: flags.org || (await session.defaultOrganization()) })
        : readTrail({ world, file: flags.trail })
    const { issuer } = await api.issuer()
    const found = reconcile(await ledgerOf(trail), logins, [issuer, ...flags.issuer])
    if (asJson) out.json(found)
    else {
      out.table(columns, rowsOf(found))
      out.line(
        `${found.matched.length} matched, ${found.unknown.length} unknown, ${found.unseen.length} tokens not in the file, ${found.others} through other issuers`,
      )
      if (found.unknown.length > 0) {
        out.note(
          'error: logins with tokens that the trail does not know: revoke the signing key with `esc oidc keys revoke` unless you can tell where they come from',
        )
      }
    }
    if (found.unknown.length > 0) throw new Exit(1)
  },
})

function rowsOf({ matched, unknown }: Reconciliation): readonly (readonly string[])[] {
  const rows = [
    ...matched.map(({ login, token, by }) => ({
      login,
      cells: [token?.environment ?? '', token?.actor ?? '', by ?? ''],
    })),
    ...unknown.map((login) => ({ login, cells: ['', '', 'UNKNOWN'] })),
  ]
  return rows
    .sort((a, b) => a.login.atMs - b.login.atMs)
    .map(({ login, cells }) => [timeOf(login), login.errorCode ?? 'ok', login.roleArn, ...cells])
}

function timeOf({ atMs }: CloudLogin): string {
  return Number.isNaN(atMs) ? '' : new Date(atMs).toISOString()
}
