// A server that lies: changes are acknowledged shortly before they are committed. Torture must find it out, or is broken itself.
import { setTimeout as sleep } from 'node:timers/promises'
import { PostgresStore } from '../../src/store/postgres/store.ts'
import { SqliteStore } from '../../src/store/sqlite/store.ts'
import type { ReadTransaction, Transaction } from '../../src/store/store.ts'

const lagMilliseconds = 250

for (const engine of [SqliteStore, PostgresStore]) {
  const { change, read } = engine.prototype
  const pending = new Set<Promise<unknown>>()
  type Engine = SqliteStore & PostgresStore

  engine.prototype.change = function <T>(this: Engine, work: (transaction: Transaction) => Promise<T>) {
    return new Promise<T>((resolve, reject) => {
      const committed = change.call(this, async (transaction: Transaction) => {
        resolve(await work(transaction))
        await sleep(lagMilliseconds)
      })
      pending.add(committed)
      committed.catch(reject).finally(() => pending.delete(committed))
    })
  }
  // The process itself never notices: its reads wait until what it acknowledged is there.
  engine.prototype.read = async function <T>(
    this: Engine,
    work: (transaction: ReadTransaction) => Promise<T>,
  ) {
    await Promise.allSettled(pending)
    return (await read.call(this, work as never)) as T
  }
}
