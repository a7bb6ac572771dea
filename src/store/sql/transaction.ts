import type { Kysely } from 'kysely'
import type { Transaction } from '../store.ts'
import { auditEntries } from './audit-entries.ts'
import { changeRequests } from './change-requests.ts'
import { dataKeys } from './data-keys.ts'
import { environmentReferences } from './environment-references.ts'
import { environmentTags } from './environment-tags.ts'
import { environments } from './environments.ts'
import type { HotStatements } from './hot-statements.ts'
import { memberships } from './memberships.ts'
import { openRequests } from './open-requests.ts'
import { openSessions } from './open-sessions.ts'
import { organizations } from './organizations.ts'
import { projects } from './projects.ts'
import { protectedRecords } from './protected-records.ts'
import type { RecordMacs } from './record-macs.ts'
import { rememberedAnswers } from './remembered-answers.ts'
import { revisionTags } from './revision-tags.ts'
import { revisions } from './revisions.ts'
import { rotationEvents } from './rotation-events.ts'
import { schedules } from './schedules.ts'
import { settings } from './settings.ts'
import { signingKeys } from './signing-keys.ts'
import type { Tables } from './tables.ts'
import { tokens } from './tokens.ts'
import { tombstones } from './tombstones.ts'
import { users } from './users.ts'
import { webhooks } from './webhooks.ts'

const repositories: {
  readonly [Name in keyof Transaction]: (
    db: Kysely<Tables>,
    hot: HotStatements,
    macs: RecordMacs,
  ) => Transaction[Name]
} = {
  organizations,
  users,
  memberships,
  tokens,
  projects,
  environments,
  revisions,
  revisionTags,
  environmentTags,
  openSessions,
  settings,
  dataKeys,
  signingKeys,
  tombstones,
  changeRequests,
  openRequests,
  schedules,
  webhooks,
  rotationEvents,
  auditEntries,
  environmentReferences,
  rememberedAnswers,
  protectedRecords,
}

/** Makes each repository when it is first asked for, since most units of work need two or three. */
class LazyRepositories {
  readonly db: Kysely<Tables>
  readonly hot: HotStatements
  readonly macs: RecordMacs
  readonly made = new Map<string, unknown>()
  constructor(db: Kysely<Tables>, hot: HotStatements, macs: RecordMacs) {
    this.db = db
    this.hot = hot
    this.macs = macs
  }
}

for (const [name, make] of Object.entries(repositories)) {
  Object.defineProperty(LazyRepositories.prototype, name, {
    get(this: LazyRepositories) {
      const known = this.made.get(name)
      if (known !== undefined) return known
      const made = make(this.db, this.hot, this.macs)
      this.made.set(name, made)
      return made
    },
  })
}

/** All repositories over one open database transaction. Beginning and ending it is the engine's work. */
export function sqlTransaction(db: Kysely<Tables>, hot: HotStatements, macs: RecordMacs): Transaction {
  // The loop above gave the class one getter for each member of Transaction.
  return new LazyRepositories(db, hot, macs) as unknown as Transaction
}
