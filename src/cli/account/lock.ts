import { Failure } from '../failure.ts'
import type { World } from '../world.ts'

const staleMilliseconds = 10_000
const patienceMilliseconds = 5_000
const stepMilliseconds = 25

/**
 * Runs `work` while no other process of ours does so on the same file. The lock is a file beside it; one that is older
 * than ten seconds was left behind by a killed process and is taken over.
 *
 * @throws Failure when the lock stays taken for five seconds, naming the file to remove
 */
export async function withLock<T>(world: World, path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`
  const { files, clock } = world
  const deadline = clock.now() + patienceMilliseconds
  while (!(await files.create(lock, new Uint8Array(), 0o600))) {
    const status = await files.status(lock)
    if (status !== null && clock.now() - status.modifiedMilliseconds > staleMilliseconds)
      await files.remove(lock)
    else if (clock.now() > deadline) {
      throw new Failure(`${path} is in use by another process; if none is running, remove ${lock}`)
    } else await clock.sleep(stepMilliseconds)
  }
  try {
    return await work()
  } finally {
    await files.remove(lock)
  }
}
