import { compareBytes } from '../../value/index.ts'
import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { prefixed } from '../failure.ts'
import { text } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

/** `esc env ls`. */
export const command = accountCommand({
  usage: '',
  summary: 'List the environments that you may see',
  description: 'The organization is left out of names in your own organization.',
  examples: ['esc env ls', 'esc env ls --organization acme --project web', 'esc env ls --output json'],
  arguments: exactly(0),
  flags: {
    organization: text('Only of this organization', { short: 'o' }),
    project: text('Only of this project', { short: 'p' }),
    output: outputFlag,
  },
  async run({ flags, api, session, out }) {
    const asJson = wantsJson(flags.output)
    const list = () => api.listEnvironments(flags.organization || undefined)
    const names = (await prefixed('listing environments', list))
      .map(({ organization, project, name }) => ({
        organization: organization === session.account.username ? '' : (organization ?? flags.organization),
        project: project || 'default',
        name,
      }))
      .filter(({ project }) => flags.project === '' || project === flags.project)
      .sort(
        (a, b) =>
          compareBytes(a.organization, b.organization) ||
          compareBytes(a.project, b.project) ||
          compareBytes(a.name, b.name),
      )
      .map(
        ({ organization, project, name }) =>
          `${organization === '' ? '' : `${organization}/`}${project}/${name}`,
      )
    if (asJson) out.json({ environments: names })
    else for (const name of names) out.line(name)
  },
})
