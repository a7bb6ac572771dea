// What happens to servers and their database in a run.
import type { Database } from '../database.ts'
import type { TorturedServer } from './servers.ts'

/** The kinds of faults, and whether the victim's process ends by it. */
export const faultNames = [
  'kill',
  'freeze',
  'kill-start',
  'cut',
  'database-kill',
  'database-restart',
] as const
export type Fault = (typeof faultNames)[number]

/** Faults that a store of this kind can have. */
export function faultsOf(store: 'sqlite' | 'postgres'): readonly Fault[] {
  return store === 'postgres' ? faultNames : ['kill', 'freeze', 'kill-start']
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/**
 * Brings the fault about. Resolves when the clients may be told to stop: the victim is dead, frozen no longer, or the
 * database is back.
 */
export async function strike(
  fault: Fault,
  victim: TorturedServer,
  database: Database | null,
  random: () => number,
  longestFreezeMilliseconds: number,
): Promise<void> {
  switch (fault) {
    case 'kill':
      await victim.end('SIGKILL')
      return
    case 'kill-start': {
      await victim.end('SIGKILL')
      const starting = victim.start().catch(() => null)
      await sleep(random() * 500)
      await victim.end('SIGKILL')
      await starting
      return
    }
    case 'freeze':
      victim.signal('SIGSTOP')
      await sleep(Math.max(200, random() * longestFreezeMilliseconds))
      victim.signal('SIGCONT')
      return
    case 'cut':
      await database?.cutConnections()
      return
    case 'database-kill':
      await database?.restart('immediate')
      return
    case 'database-restart':
      await database?.restart('fast')
  }
}
