import { type EscApi, isApiError, type WireEnvironmentTag } from '../../client/index.ts'
import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { environmentTagText } from '../environment-tag-text.ts'
import { Failure } from '../failure.ts'
import { timeStyle, utcFlag } from '../output-flag.ts'
import type { Reference } from '../reference.ts'

/** `esc env tag`. */
export const command = environmentCommand({
  usage: '<environment> <name> <value>',
  summary: 'Attach a name and a value to an environment, or change the value',
  examples: ['esc env tag acme/web/dev team core'],
  arguments: exactly(3),
  flags: { utc: utcFlag },
  refusesVersions: 'tag',
  async run({ api, reference, args, flags, world, out }) {
    const [name = '', value = ''] = args
    if (name === '') throw new Failure('environment tag name cannot be empty')
    if (value === '') throw new Failure('environment tag value cannot be empty')
    const tag = await createOrUpdate(api, reference, name, value)
    out.write(environmentTagText(tag, timeStyle(world, flags.utc)))
  },
})

async function createOrUpdate(
  api: EscApi,
  reference: Reference,
  name: string,
  value: string,
): Promise<WireEnvironmentTag> {
  try {
    const current = await api.tag(reference, name)
    return await api.updateTag(reference, name, current.value, { name: '', value })
  } catch (error) {
    if (!isApiError(error, 404)) throw error
    return api.createTag(reference, name, value)
  }
}
