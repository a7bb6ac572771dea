import { Failure } from '../failure.ts'
import { maintenanceCommand } from '../server-maintenance.ts'

/** `esc server keys verify`. */
export const command = maintenanceCommand({
  task: 'keys-verify',
  operand: null,
  summary: 'Open every sealed value, and say what does not open',
  description: `Ends with 1 when anything does not open. Nothing is changed and no value is shown. It also tells whether an old key is
still needed. With --online the server does it; without, no server may run on the data meanwhile.`,
  examples: ['esc server keys verify --online', 'esc server keys verify --data ./data'],
  async online({ api, out }) {
    const { good, bad, underOldKeys, underRetiredKeys } = await api.verifySeals()
    if (bad.length > 0) {
      throw new Failure(
        `${bad.length} of ${good + bad.length} do not open: ${bad.slice(0, 20).join(', ')}; restore a backup from before`,
      )
    }
    out.note(`${good} of ${good} open`)
    if (underOldKeys > 0) out.note(`${underOldKeys} data keys still need another key than the first`)
    if (underRetiredKeys > 0)
      out.note(`${underRetiredKeys} values lie under retired data keys: run \`esc server keys rotate\``)
  },
})
