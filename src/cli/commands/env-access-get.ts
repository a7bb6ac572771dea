import { atMost } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

const columns = [{ header: 'login' }, { header: 'level' }]

/** `esc env access get`. */
export const command = environmentCommand({
  usage: '<environment>',
  summary: 'Show which members were given access to an environment',
  description:
    'Beside these: its creator, administrators, teams, custom roles, and what every member may do.',
  examples: ['esc env access get acme/web/prod', 'esc env access get acme/web/prod --output json'],
  arguments: atMost(1),
  flags: { output: outputFlag },
  refusesVersions: 'access',
  async run({ api, reference, flags, out }) {
    const asJson = wantsJson(flags.output)
    const path = { org: reference.organization, project: reference.project, env: reference.name }
    const { grants } = await api.call('ListGrants', { path })
    if (asJson) out.json({ grants })
    else out.table(columns, Object.entries(grants))
  },
})
