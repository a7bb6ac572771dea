import type { AuditEntry, ReadTransaction, Store } from '../store/index.ts'
import { grantsSetting } from './access.ts'
import { whole } from './data-keys/verify.ts'

/** What a trail said last of a record: which entry, when, and how the record then was. */
interface Said {
  readonly sequence: number
  readonly atMs: number
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * Compares records with what the audit trails said of them last. A row that somebody copied back over a newer one matches its MAC;
 * the trail, whose entries are chained and cannot be changed one by one, still says what became of it: a token that was ended, a
 * member's role, the rights on an environment, where a revision tag points, a revision that was withdrawn.
 */
export class TrailMemory {
  readonly #ended = new Map<string, Said>()
  readonly #members = new Map<string, Said & { readonly organizationId: string }>()
  readonly #grants = new Map<string, Said>()
  readonly #tags = new Map<string, Said & { readonly revision: number | null }>()
  readonly #withdrawn = new Map<string, Said>()
  /** Records that were put back on purpose say nothing of what the trail said before. */
  #restoredMs = 0

  /** Takes the next entry of a trail, in order. */
  note({ organizationId, sequence, atMs, event, body }: AuditEntry): void {
    const facts = JSON.parse(body) as Record<string, unknown>
    const said = { sequence, atMs, body: facts }
    const environment = String(facts['environmentId'])
    switch (event) {
      case 'personal-token-deleted':
      case 'organization-token-deleted':
        this.#ended.set(String(facts['token']), said)
        return
      case 'member-added':
      case 'member-role-changed':
      case 'member-removed':
        this.#members.set(`${organizationId} ${facts['member']}`, { ...said, organizationId })
        return
      case 'environment-grants-updated':
        this.#grants.set(environment, said)
        return
      case 'environment-revision-tag-created':
      case 'environment-revision-tag-update':
      case 'environment-revision-tag-delete': {
        const revision = facts['revision'] === undefined ? null : Number(facts['revision'])
        this.#tags.set(`${environment} ${facts['tag']}`, { ...said, revision })
        return
      }
      case 'environment-revision-retracted':
        this.#noteWithdrawn(environment, said)
        return
      case 'records-restored':
      case 'store-restored':
        this.#restoredMs = Math.max(this.#restoredMs, atMs)
    }
  }

  /** The records that are not as the trails said last, by name. */
  async differing(store: Store): Promise<readonly string[]> {
    const found: string[] = []
    const tell = (what: string, { sequence }: Said) =>
      found.push(`${what}: the audit trail says otherwise (entry ${sequence}); an older record was put back`)
    // What does not match its MAC is told of elsewhere.
    const each = (look: (transaction: ReadTransaction) => Promise<void>) => whole(() => store.read(look))
    for (const [id, said] of this.#ended)
      await each(async ({ tokens }) => {
        if ((await tokens.asStored(id))?.revokedMs === null) tell(`access token ${id}`, said)
      })
    for (const [key, said] of this.#since(this.#members))
      await each(async ({ users, memberships }) => {
        const login = key.slice(said.organizationId.length + 1)
        const user = await users.find(login)
        if (user === null) return
        const is = await memberships.get(said.organizationId, user.id)
        if ((is?.role ?? null) !== (said.body['role'] ?? null)) tell(`member ${login}`, said)
      })
    for (const [environment, said] of this.#since(this.#grants))
      await each(async (transaction) => {
        if (await hasOtherGrants(transaction, environment, said))
          tell(await nameOf(transaction, environment, 'rights on'), said)
      })
    for (const [key, said] of this.#since(this.#tags))
      await each(async (transaction) => {
        const [environment = '', ...words] = key.split(' ')
        if ((await transaction.environments.get(environment)) === null) return
        const tag = await transaction.revisionTags.get(environment, words.join(' '))
        if ((tag?.revision ?? null) !== said.revision)
          tell(await nameOf(transaction, environment, `tag ${words.join(' ')} of`), said)
      })
    for (const [key, said] of this.#since(this.#withdrawn))
      await each(async (transaction) => {
        const [environment = '', number = ''] = key.split(' ')
        if ((await transaction.revisions.get(environment, Number(number)))?.retraction === null)
          tell(await nameOf(transaction, environment, `revision ${number} of`), said)
      })
    return found
  }

  /** Tags that pointed at the revision went on to its replacement. */
  #noteWithdrawn(environment: string, said: Said): void {
    const { revision, replacement } = said.body
    this.#withdrawn.set(`${environment} ${revision}`, said)
    for (const [key, tag] of this.#tags) {
      if (key.startsWith(`${environment} `) && tag.revision === revision)
        this.#tags.set(key, { ...said, revision: Number(replacement) })
    }
  }

  *#since<S extends Said>(all: ReadonlyMap<string, S>): Iterable<readonly [string, S]> {
    for (const entry of all) if (entry[1].atMs > this.#restoredMs) yield entry
  }
}

async function hasOtherGrants(
  transaction: ReadTransaction,
  environment: string,
  { body }: Said,
): Promise<boolean> {
  const there = await transaction.environments.get(environment)
  if (there === null) return false
  const given = new Set((body['grants'] as readonly string[] | undefined) ?? [])
  const stored = Object.entries((await transaction.settings.get(environment, grantsSetting)) ?? {})
  for (const [userId, level] of stored) {
    const user = await transaction.users.get(userId)
    const member = user && (await transaction.memberships.get(there.organizationId, userId))
    if (user !== null && member !== null && !given.has(`${user.login}=${String(level)}`)) return true
  }
  return false
}

async function nameOf(transaction: ReadTransaction, environment: string, what: string): Promise<string> {
  const found = await transaction.environments.get(environment)
  return found === null ? `${what} ${environment}` : `${what} ${found.project}/${found.name}`
}
