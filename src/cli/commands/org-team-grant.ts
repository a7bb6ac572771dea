import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { levelOf, organizationOf, orgFlag } from '../organization.ts'

/** `esc org team grant`. */
export const command = accountCommand({
  usage: '<team> <project>/<name> <level>',
  summary: 'Say what a team may do with an environment',
  description: 'The level is read, open, write or admin, each holding those before it; none takes it away.',
  examples: ['esc org team grant core web/dev write', 'esc org team grant core web/prod none'],
  arguments: exactly(3),
  flags: { org: orgFlag },
  async run({ session, args, flags, out }) {
    const [team, path, wanted] = args as [string, string, string]
    const level = levelOf(wanted)
    const [project, name, more] = path.split('/')
    if (!project || !name || more !== undefined)
      throw new Failure(`invalid environment ${JSON.stringify(path)}: wanted <project>/<name>`)
    const { server, org } = await organizationOf(session, flags.org)
    const environment = { projectName: project, envName: name }
    const body =
      level === 'none'
        ? { removeEnvironment: environment }
        : { editEnvironmentPermission: { ...environment, permission: level } }
    await server.call('UpdateTeam', { path: { org, team }, body })
    out.note(`${team} on ${org}/${path}: ${level}`)
  },
})
