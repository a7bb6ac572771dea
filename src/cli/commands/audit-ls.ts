import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { integer, text, toggle } from '../flags.ts'
import { outputFlag, timeStyle, utcFlag, wantsJson } from '../output-flag.ts'
import { formatEpochSeconds } from '../times.ts'

const columns = [
  { header: 'time' },
  { header: 'event' },
  { header: 'who' },
  { header: 'token' },
  { header: 'from' },
  { header: 'about' },
]

/** `esc audit ls`. */
export const command = accountCommand({
  usage: '',
  summary: 'List what happened, newest first',
  description: `Needs the right to read the audit trail of the organization. --dangerous shows the changes that owners look at: grants,
roles, members, tokens, trusted issuers and their policies, webhooks, gates, settings, exports of the trail.`,
  examples: [
    'esc audit ls',
    'esc audit ls --org acme --user ada --count 20',
    'esc audit ls --dangerous',
    'esc audit ls --output json',
  ],
  arguments: exactly(0),
  flags: {
    org: text('The organization; default: yours'),
    dangerous: toggle('Only what gave rights, let data out or somebody in'),
    user: text('Only what this login did'),
    count: integer('The most entries to list', { initial: 50 }),
    utc: utcFlag,
    output: outputFlag,
  },
  async run({ api, session, flags, out, world }) {
    const asJson = wantsJson(flags.output)
    if (flags.count < 1) throw new Failure('--count must be positive')
    const organization = flags.org || (await session.defaultOrganization())
    const events = []
    let continuationToken = ''
    do {
      const page = await api.listAuditEvents(organization, {
        ...(flags.dangerous ? { dangerous: true } : {}),
        ...(flags.user === '' ? {} : { userFilter: flags.user }),
        ...(continuationToken === '' ? {} : { continuationToken }),
      })
      events.push(...page.events)
      continuationToken = page.continuationToken
    } while (continuationToken !== '' && events.length < flags.count)
    const shown = events.slice(0, flags.count)
    if (asJson) return out.json({ events: shown })
    const style = timeStyle(world, flags.utc)
    out.table(
      columns,
      shown.map(({ timestamp, event, user, tokenName, sourceIP, description }) => [
        formatEpochSeconds(timestamp, style),
        event,
        user.githubLogin,
        tokenName,
        sourceIP,
        description,
      ]),
    )
  },
})
