import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

/** `esc server keys status`. */
export const command = accountCommand({
  usage: '',
  summary: 'Count the keys that seal secrets, and tell how far a change of keys is',
  description: `The server that you are logged in to tells which key wraps its data keys, how many of these another key wraps (that one is
needed until there are none), and how far sealing under new data keys has come. Needs an administrator of the installation.`,
  examples: ['esc server keys status', 'esc server keys status --output json'],
  arguments: exactly(0),
  flags: { output: outputFlag },
  async run({ api, flags, out }) {
    const asJson = wantsJson(flags.output)
    const status = await api.dataKeys()
    if (asJson) {
      out.json(status)
      return
    }
    const { keyId, dataKeys, retired, underOldKeys, rotation } = status
    const progress =
      rotation === undefined
        ? 'never'
        : `${rotation.done} of ${rotation.environments} environments, ${rotation.values} values, ${rotation.finished === '' ? `since ${rotation.started}` : `done ${rotation.finished}`}`
    out.table(
      [{ header: 'what' }, { header: 'is' }],
      [
        ['key', keyId],
        ['data keys', String(dataKeys)],
        ['retired', String(retired)],
        ['wrapped by other keys', String(underOldKeys)],
        ['sealed anew', progress],
        ['destroyed', String(rotation?.destroyed ?? 0)],
        ...(rotation?.failed ?? []).map((name) => ['does not open', name]),
      ],
    )
  },
})
