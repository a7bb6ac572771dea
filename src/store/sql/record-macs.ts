import { createHmac, timingSafeEqual } from 'node:crypto'
import { hmacSha256 } from '../../crypto/index.ts'
import { AppError } from '../../diag/index.ts'

/** What a protected table's MAC is made of. */
interface ProtectedTable {
  /** What people call one of its rows. */
  readonly noun: string
  readonly keys: readonly string[]
  /** The column that names whose key is used; null there = the server's. */
  readonly owner: string | null
  /** All columns that count, keys among them. */
  readonly columns: readonly string[]
}

const spaced = (text: string) => text.split(' ')

/**
 * The tables whose rows decide what is served, run or allowed. A column that is added later counts once it is named
 * here; `last_used_ms` of tokens is for people only and changes all the time.
 */
export const protectedTables = {
  users: {
    noun: 'user',
    keys: ['id'],
    owner: null,
    columns: spaced(
      'id login login_key name email avatar_url site_admin password_hash created_ms disabled_ms',
    ),
  },
  memberships: {
    noun: 'membership',
    keys: ['organization_id', 'user_id'],
    owner: 'organization_id',
    columns: spaced('organization_id user_id role created_ms'),
  },
  access_tokens: {
    noun: 'access token',
    keys: ['id'],
    owner: 'organization_id',
    columns: spaced(
      'id type name description secret_hash user_id organization_id team admin scopes environment_ids created_ms expires_ms revoked_ms',
    ),
  },
  settings: {
    noun: 'setting',
    keys: ['owner_id', 'name'],
    owner: 'owner_id',
    columns: spaced('owner_id name value'),
  },
  environments: {
    noun: 'environment',
    keys: ['id'],
    owner: 'id',
    columns: spaced(
      'id organization_id project_id project name name_key latest owned_by deletion_protected created_ms modified_ms deleted_ms',
    ),
  },
  revisions: {
    noun: 'revision',
    keys: ['environment_id', 'number'],
    owner: 'environment_id',
    columns: spaced(
      'environment_id number source content_hash bonds creator created_ms retraction source_change_request',
    ),
  },
  revision_tags: {
    noun: 'revision tag',
    keys: ['environment_id', 'name'],
    owner: 'environment_id',
    columns: spaced('environment_id name name_key revision editor created_ms modified_ms'),
  },
  draft_revisions: {
    noun: 'draft',
    keys: ['change_request_id', 'number'],
    owner: 'change_request_id',
    columns: spaced('change_request_id number source content_hash creator created_ms'),
  },
  approvals: {
    noun: 'approval',
    keys: ['change_request_id', 'approver_id'],
    owner: 'change_request_id',
    columns: spaced('change_request_id approver_id approver revision comment at_ms'),
  },
  open_requests: {
    noun: 'request to open',
    keys: ['id'],
    owner: 'environment_id',
    columns: spaced(
      'id organization_id environment_id asker_id asker grant_expiration_seconds access_duration_seconds created_ms granted_ms access_until_ms',
    ),
  },
  schedules: {
    noun: 'schedule',
    keys: ['id'],
    owner: 'environment_id',
    columns: spaced(
      'id organization_id environment_id kind paused cron once_ms environment_path owner created_ms modified_ms last_executed_ms next_execution_ms',
    ),
  },
  open_sessions: {
    noun: 'open session',
    keys: ['id'],
    owner: 'environment_id',
    columns: spaced(
      'id organization_id environment_id revision owner_id sealed data_key_id created_ms expires_ms',
    ),
  },
} as const satisfies Readonly<Record<string, ProtectedTable>>

/** The name of a protected table. */
export type ProtectedName = keyof typeof protectedTables

/** A row's MAC; null while records carry none. */
export interface Sealed {
  readonly mac: string | null
}

/** Puts MACs on rows and holds rows against them. */
export interface RecordMacs {
  /** Whether rows without a MAC are refused. */
  readonly enforced: boolean
  /** The row with its MAC. */
  sealed<Row extends object>(table: ProtectedName, row: Row): Row & Sealed
  /** The row as it is. @throws AppError RECORD_INTEGRITY when it was altered, moved or put in from elsewhere */
  whole<Row extends object>(table: ProtectedName, row: Row): Row
  isWhole(table: ProtectedName, row: object): boolean
}

/** For a store whose records carry no MACs, or whose key is not there yet. */
export const noMacs: RecordMacs = {
  enforced: false,
  sealed: (_, row) => ({ ...row, mac: null }),
  whole: (_, row) => row,
  isWhole: () => true,
}

const mostKeys = 10_000
const macBytes = 16

/**
 * MACs under a key that is derived from `secret` for each owner: HMAC-SHA-256 over the table's name and each column's name,
 * type, length and bytes. A row moved to another owner, table or key has another MAC. Unless `enforced` nothing is refused.
 */
export function createRecordMacs(secret: Uint8Array, enforced: boolean): RecordMacs {
  const keys = new Map<string, Uint8Array>()
  const keyOf = (owner: string): Uint8Array => {
    const known = keys.get(owner)
    if (known !== undefined) return known
    if (keys.size >= mostKeys) keys.clear()
    const made = createHmac('sha256', secret).update(`openesc records of ${owner}`).digest()
    keys.set(owner, made)
    return made
  }
  const macOf = (table: ProtectedName, columnsOf: object): Buffer => {
    const row = columnsOf as Readonly<Record<string, unknown>>
    const { owner, columns }: ProtectedTable = protectedTables[table]
    const parts: Uint8Array[] = []
    let head = `${table}\n`
    for (const column of columns) {
      const value = row[column] ?? null
      if (value instanceof Uint8Array) {
        parts.push(Buffer.from(`${head}${column} bytes ${value.length}\n`), value)
        head = '\n'
      } else {
        const text = String(value)
        head += `${column} ${value === null ? 'null' : typeof value} ${Buffer.byteLength(text)}\n${text}\n`
      }
    }
    parts.push(Buffer.from(head))
    const key = keyOf(String((owner && row[owner]) ?? 'server'))
    return Buffer.from(hmacSha256(key, Buffer.concat(parts)).subarray(0, macBytes))
  }
  // Rows that the store remembers are the same objects again; they were held against their MAC when they were read.
  const held = new WeakSet<object>()
  const isWhole = (table: ProtectedName, row: object) => {
    if (!enforced || held.has(row)) return true
    const { mac } = row as Partial<Sealed>
    const found = Buffer.from(typeof mac === 'string' ? mac : '', 'base64url')
    const is = found.length === macBytes && timingSafeEqual(found, macOf(table, row))
    if (is) held.add(row)
    return is
  }
  return {
    enforced,
    sealed: (table, row) => ({ ...row, mac: macOf(table, row).toString('base64url') }),
    isWhole,
    whole(table, row) {
      if (isWhole(table, row)) return row
      throw new AppError('RECORD_INTEGRITY', { record: nameOf(table, row) })
    },
  }
}

/** What people call a row: its noun and its keys. */
export function nameOf(table: ProtectedName, columnsOf: object): string {
  const row = columnsOf as Readonly<Record<string, unknown>>
  const { noun, keys }: ProtectedTable = protectedTables[table]
  const key = keys.map((column) => String(row[column])).join('@')
  if (table !== 'environments') return `${noun} ${key}`
  return `environment ${String(row['project'])}/${String(row['name'])} (${key})`
}
