import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { confirmed } from '../confirm.ts'
import { Failure } from '../failure.ts'
import { toggle } from '../flags.ts'
import { fullName } from '../reference.ts'

/** `esc env schedule remove`. */
export const command = environmentCommand({
  usage: '<environment> <schedule id>',
  summary: 'Remove a schedule',
  description: '[EXPERIMENTAL]',
  examples: ['esc env schedule remove acme/web/prod 4f1c --yes'],
  arguments: exactly(2),
  flags: { yes: toggle('Remove without asking', { short: 'y' }) },
  refusesVersions: 'remove',
  async run({ api, reference, args, flags, world, out }) {
    const [id = ''] = args
    const question = `This will permanently remove schedule ${id} from ${fullName(reference)}!`
    if (!flags.yes && !(await confirmed(world, out, question, 'remove')))
      throw new Failure('confirmation declined')
    await api.deleteSchedule(reference, id)
    out.line(`Removed schedule ${id} from ${fullName(reference)}`)
  },
})
