import type { HotReads, HotValue } from '../sql/hot-statements.ts'

/** The hot reads whose rows are remembered: all but the head of a trail, which nearly every request moves. */
export type RememberedRead = Exclude<keyof HotReads, 'auditHead'>

interface Source {
  /** The tables that the read looks at. */
  readonly tables: readonly string[]
  /** Whether a new row can change what the read gives: it also remembers absence, or chooses among rows. */
  readonly grows: boolean
}

const sources: { readonly [read in RememberedRead]: Source } = {
  token: { tables: ['access_tokens'], grows: false },
  user: { tables: ['users'], grows: false },
  organization: { tables: ['organizations'], grows: false },
  organizationById: { tables: ['organizations'], grows: false },
  membershipsOfUser: { tables: ['memberships', 'organizations'], grows: true },
  membership: { tables: ['memberships'], grows: false },
  setting: { tables: ['settings'], grows: true },
  environment: { tables: ['environments', 'organizations'], grows: false },
  latestRevision: { tables: ['environments', 'revisions'], grows: false },
  openSession: { tables: ['open_sessions'], grows: false },
  dataKey: { tables: ['data_keys'], grows: false },
  currentDataKey: { tables: ['data_keys'], grows: true },
  environmentPage: { tables: ['environments', 'organizations'], grows: true },
  environmentTagPage: { tables: ['environments', 'environment_tags'], grows: true },
}

const mostRows = 2_000
const mostBytes = 4 * 1024 * 1024

/**
 * Rows that hot reads gave, as the store holds them now: whoever commits a change says which tables it wrote, and what was read of
 * them is forgotten in the same moment. One process writes a file, so that a remembered row is never an old one.
 */
export class RememberedRows {
  readonly #shelves = new Map<RememberedRead, Shelf>()
  /** Goes up with every commit that may have changed a row that is remembered, or was read and could be. */
  generation = 0

  constructor() {
    for (const read of Object.keys(sources) as RememberedRead[]) this.#shelves.set(read, new Shelf())
  }

  /** The rows of one read; null when it is never remembered, or what is `written` and not committed may have changed them. */
  shelf(read: keyof HotReads, written?: WrittenTables): Shelf | null {
    if (read === 'auditHead' || written?.concerns(read)) return null
    return this.#shelves.get(read) ?? null
  }

  /** Forgets what a committed change may have changed; false when that is nothing. */
  forget(written: WrittenTables): boolean {
    const shelves = [...this.#shelves].filter(([read]) => written.concerns(read))
    if (shelves.length === 0) return false
    this.generation += 1
    for (const [, shelf] of shelves) shelf.clear()
    return true
  }

  /** Forgets everything: nobody knows what was changed. */
  forgetAll(): void {
    this.generation += 1
    for (const shelf of this.#shelves.values()) shelf.clear()
  }
}

/** What was written since a point: by table, or all when a statement does not say. */
export class WrittenTables {
  #all = false
  readonly #inserted = new Set<string>()
  readonly #changed = new Set<string>()

  /** Notes a statement that is no query. A deletion may take rows of other tables along. */
  note(sql: string): void {
    const [, verb, table = ''] = /^(insert into|update) "?(\w+)"?/.exec(sql) ?? []
    if (verb === undefined) this.#all = true
    else if (verb === 'insert into' && !sql.includes('do update')) this.#inserted.add(table)
    else this.#changed.add(table)
  }

  /** Whether what a read gave before may have changed. */
  concerns(read: RememberedRead): boolean {
    const { tables, grows } = sources[read]
    return (
      this.#all || tables.some((table) => this.#changed.has(table) || (grows && this.#inserted.has(table)))
    )
  }
}

/** The rows of one read by its parameters. When it is full, what was not asked for since it was last full goes. */
export class Shelf {
  #young = new Map<string, unknown>()
  #old = new Map<string, unknown>()
  #bytes = 0

  /** The row, `null` for one that is known to be absent; `undefined` when nothing is known. */
  get(key: string): unknown {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: string, row: unknown): void {
    const bytes = sizeOf(row)
    if (bytes > mostBytes / 4) return
    this.#bytes += bytes
    if (this.#young.size >= mostRows || this.#bytes > mostBytes) {
      this.#old = this.#young
      this.#young = new Map()
      this.#bytes = bytes
    }
    this.#young.set(key, row)
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
    this.#bytes = 0
  }
}

/** The text of a read's parameters, no two of which are alike. */
export function keyOf(parameters: readonly HotValue[]): string {
  const [first] = parameters
  if (parameters.length === 1) return String(first)
  let key = ''
  for (const parameter of parameters) {
    const text = String(parameter)
    key += `${text.length}:${text}`
  }
  return key
}

function sizeOf(row: unknown): number {
  if (Array.isArray(row)) return row.reduce<number>((bytes, each) => bytes + sizeOf(each), 100)
  let bytes = 600
  for (const value of Object.values(row ?? {})) {
    if (typeof value === 'string' || value instanceof Uint8Array) bytes += value.length
  }
  return bytes
}
