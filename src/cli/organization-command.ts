import type { Client } from '../client/index.ts'
import { exactly } from './argument-count.ts'
import { accountCommand, type Command } from './command.ts'
import { organizationOf, orgFlag } from './organization.ts'
import { outputFlag, wantsJson } from './output-flag.ts'
import type { TableColumn } from './table.ts'

/** What every command that changes one thing of an organization says of itself. */
interface Change {
  readonly usage: string
  readonly summary: string
  readonly examples: readonly string[]
  /** Does it; gives the words that tell of it afterwards. There are as many arguments as `usage` names. */
  readonly change: (server: Client, org: string, args: readonly string[]) => Promise<string>
}

/** A command that changes one thing of an organization, and says on stderr what holds now. */
export function organizationChange({ usage, summary, examples, change }: Change): Command {
  return accountCommand({
    usage,
    summary,
    examples,
    arguments: exactly(usage.split(' ').length),
    flags: { org: orgFlag },
    async run({ session, args, flags, out }) {
      const { server, org } = await organizationOf(session, flags.org)
      out.note(await change(server, org, args))
    },
  })
}

/** What every command that lists things of an organization says of itself. */
interface Listing<Item> {
  readonly summary: string
  readonly examples: readonly string[]
  /** The member that holds the list under `--output json`. */
  readonly member: string
  readonly items: (server: Client, org: string) => Promise<readonly Item[]>
  readonly columns: readonly TableColumn[]
  readonly row: (item: Item) => readonly string[]
}

/** A command that lists things of an organization: a table, or their JSON as the server gives it. */
export function organizationList<Item>(listing: Listing<Item>): Command {
  const { summary, examples, member, items, columns, row } = listing
  return accountCommand({
    usage: '',
    summary,
    examples,
    arguments: exactly(0),
    flags: { org: orgFlag, output: outputFlag },
    async run({ session, flags, out }) {
      const asJson = wantsJson(flags.output)
      const { server, org } = await organizationOf(session, flags.org)
      const found = await items(server, org)
      if (asJson) out.json({ [member]: found })
      else out.table(columns, found.map(row))
    },
  })
}
