import { between } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { levelOf } from '../organization.ts'

/** `esc env access set`. */
export const command = environmentCommand({
  usage: '<environment> <login> <level>',
  summary: 'Say what one member may do with an environment',
  description: `The level is read, open, write or admin, each holding those before it; none takes it away. Who may write decides what
openers receive.`,
  examples: ['esc env access set acme/web/prod ben open', 'esc env access set acme/web/prod ben none'],
  arguments: between(2, 3),
  flags: {},
  refusesVersions: 'access',
  async run({ api, reference, args, out }) {
    const [login, wanted] = args
    if (login === undefined || wanted === undefined) throw new Failure('expected a login and a level')
    const level = levelOf(wanted)
    const path = { org: reference.organization, project: reference.project, env: reference.name }
    const { grants } = await api.call('ListGrants', { path })
    const others = Object.entries(grants).filter(([each]) => each !== login)
    const own = level === 'none' ? [] : ([[login, level]] as const)
    await api.call('PutGrants', { path, body: { grants: Object.fromEntries([...others, ...own]) } })
    out.note(`${login} on ${reference.organization}/${reference.project}/${reference.name}: ${level}`)
  },
})
