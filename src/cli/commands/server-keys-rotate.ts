import type { WireDataKeys } from '../../client/index.ts'
import { Failure } from '../failure.ts'
import { maintenanceCommand } from '../server-maintenance.ts'

const pauseMilliseconds = 1_000

/** `esc server keys rotate`. */
export const command = maintenanceCommand({
  task: 'keys-rotate',
  operand: null,
  summary: 'Seal everything under new data keys',
  description: `Every environment gets a new data key, and all that is sealed, old revisions too, is sealed anew under it; the text around a
sealed value stays as it is, its ETag changes. It may be stopped and run again: it goes on where it was. With --online the
server does it beside its requests; without, no server may run on the data. What is sealed stays readable throughout.`,
  examples: ['esc server keys rotate --online', 'esc server keys rotate --data ./data'],
  async online({ api, out, world }) {
    let status = await api.rotateDataKeys()
    let told = -1
    while (status.rotation !== undefined && status.rotation.finished === '') {
      const { done, environments } = status.rotation
      if (done !== told) {
        out.note(
          `${done} of ${environments} environments done; if this is stopped, the server goes on by itself`,
        )
        told = done
      }
      await world.clock.sleep(pauseMilliseconds)
      status = await api.dataKeys()
    }
    refuseFailures(status)
    const { values = 0, environments = 0 } = status.rotation ?? {}
    out.note(`${values} values of ${environments} environments are sealed under new data keys`)
  },
})

function refuseFailures({ rotation }: WireDataKeys): void {
  const failed = rotation?.failed ?? []
  if (failed.length === 0) return
  throw new Failure(
    `${failed.length} do not open and stay as they are: ${failed.slice(0, 20).join(', ')}; restore a revision from before`,
  )
}
