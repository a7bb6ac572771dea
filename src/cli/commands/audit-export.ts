import { auditPageSize } from '../../client/index.ts'
import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { text, toggle } from '../flags.ts'

/** `esc audit export`. */
export const command = accountCommand({
  usage: '',
  summary: 'Write the whole audit trail in order, with the hashes that prove it',
  description: `JSON lines are what \`esc audit verify FILE\` reads, with no server and no key. Each line has the very text that was hashed.
A checkpoint is where the trail ends now, signed: keep it where nobody who can change the database can change it.`,
  examples: [
    'esc audit export > trail.jsonl',
    'esc audit export --org acme --format csv > trail.csv',
    'esc audit export --checkpoint >> checkpoints.jsonl',
  ],
  arguments: exactly(0),
  flags: {
    org: text('The organization; default: yours'),
    server: toggle('The trail of the server itself: accounts, keys, callers nobody knows'),
    format: text('jsonl, csv or cef', { initial: 'jsonl' }),
    checkpoint: toggle('Only a signed line of where the trail ends now'),
  },
  async run({ api, session, flags, out }) {
    if (!['jsonl', 'csv', 'cef'].includes(flags.format)) {
      throw new Failure(`invalid --format ${JSON.stringify(flags.format)}: must be jsonl, csv or cef`)
    }
    const organization = flags.server ? null : flags.org || (await session.defaultOrganization())
    if (flags.checkpoint) {
      if (organization === null) throw new Failure('--checkpoint and --server are mutually exclusive')
      out.write(await api.auditCheckpoint(organization))
      return
    }
    // Pages are asked for by number, which only JSON lines tell; the other formats are written page for page beside them.
    for (let after = 0, first = true; ; first = false) {
      const page = await api.exportAudit(organization, after)
      const lines = page.split('\n').filter((line) => line !== '')
      const last = lines.at(-1)
      if (last === undefined) return
      if (flags.format === 'jsonl') out.write(page)
      else {
        const other = await api.exportAudit(organization, after, flags.format)
        out.write(first || flags.format === 'cef' ? other : other.replace(/^[^\n]*\n/, ''))
      }
      if (lines.length < auditPageSize) return
      after = (JSON.parse(last) as { readonly sequence: number }).sequence
    }
  },
})
