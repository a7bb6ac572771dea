import { isApiError } from '../../client/index.ts'
import { between } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { checkSetting, deletionProtected } from '../settings.ts'

/** `esc env settings set`. */
export const command = environmentCommand({
  usage: '<environment> <setting> <value>',
  summary: 'Change a setting of an environment',
  description: 'The one setting is deletion-protected: true or false.',
  examples: ['esc env settings set acme/web/prod deletion-protected true'],
  arguments: between(2, 3),
  flags: {},
  refusesVersions: 'settings',
  async run({ api, reference, args, out }) {
    const [name, text] = args
    if (name === undefined || text === undefined) throw new Failure('expected a setting name and value')
    checkSetting(name)
    if (text !== 'true' && text !== 'false') {
      throw new Failure(`invalid value for ${deletionProtected}: ${text} (expected true or false)`)
    }
    try {
      await api.updateSettings(reference, { deletionProtected: text === 'true' })
    } catch (error) {
      if (!isApiError(error, 403)) throw error
      throw new Failure('permission denied: insufficient permissions to update settings', { cause: error })
    }
    out.line(String((await api.settings(reference)).deletionProtected ?? false))
  },
})
