// A server whose saves are answered before their entry is in the audit trail: the entry is written a moment later, in a unit of its own.
import { setTimeout as sleep } from 'node:timers/promises'
import { PostgresStore } from '../../src/store/postgres/store.ts'
import { SqliteStore } from '../../src/store/sqlite/store.ts'
import type { Transaction } from '../../src/store/store.ts'
import type { AuditEntry } from '../../src/store/workflow-records.ts'

for (const engine of [SqliteStore, PostgresStore]) {
  const { change } = engine.prototype
  engine.prototype.change = async function <T>(
    this: SqliteStore & PostgresStore,
    work: (transaction: Transaction) => Promise<T>,
  ) {
    const late: AuditEntry[] = []
    const result = await change.call(this, async (transaction: Transaction) => {
      const proxied = new Proxy(transaction, {
        get: (target, name) =>
          name === 'auditEntries'
            ? { ...target.auditEntries, append: async (entry: AuditEntry) => late.push(entry) > 0 }
            : Reflect.get(target, name, target),
      })
      return await work(proxied)
    })
    if (late.length > 0) {
      void sleep(250).then(() =>
        change
          .call(this, async (transaction: Transaction) => {
            for (const entry of late) await transaction.auditEntries.append(entry)
          })
          .catch(() => {}),
      )
    }
    return result as T
  } as never
}
