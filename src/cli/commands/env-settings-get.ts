import { between } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { checkSetting, deletionProtected } from '../settings.ts'

/** `esc env settings get`. */
export const command = environmentCommand({
  usage: '<environment> [<setting>]',
  summary: 'Show the settings of an environment, or one of them',
  examples: ['esc env settings get acme/web/prod', 'esc env settings get acme/web/prod deletion-protected'],
  arguments: between(1, 2),
  flags: { output: outputFlag },
  refusesVersions: 'settings',
  async run({ api, reference, args, flags, out }) {
    const asJson = wantsJson(flags.output)
    const [name] = args
    if (name !== undefined) checkSetting(name)
    const value = (await api.settings(reference)).deletionProtected ?? false
    if (asJson) out.json({ [deletionProtected]: value })
    else out.line(name === undefined ? `${deletionProtected} ${value}` : String(value))
  },
})
