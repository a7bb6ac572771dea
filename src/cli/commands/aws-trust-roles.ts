import { between } from '../argument-count.ts'
import { accountFlags } from '../aws/account-flags.ts'
import { requireAudiences } from '../aws/policy-file.ts'
import { readPolicy } from '../aws/policy-source.ts'
import { attributeListsOf, serverUniverse } from '../aws/universe.ts'
import { environmentCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { texts } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import type { World } from '../world.ts'

/** `esc aws trust roles`. */
export const command = environmentCommand({
  usage: '<environment> [<policy-file>|<role-arn>…]',
  summary: 'List which roles an environment can become',
  description:
    'The reverse of `esc aws trust reach`: each policy file is the trust policy of one role, and a role may be named by its ARN.',
  examples: [
    'esc aws trust roles acme/web/prod --policies ./policies',
    'esc aws trust roles acme/web/prod deployer.json reader.json',
  ],
  arguments: between(1, 1000),
  flags: {
    policies: texts('A directory whose *.json files are trust policies; may be repeated', {
      placeholder: 'directory',
    }),
    policy: texts('A file with the trust policy of a role; may be repeated', { placeholder: 'file' }),
    user: texts('Another user who may open environments; may be repeated', { placeholder: 'login' }),
    'client-id': texts('An audience that the identity provider registers; may be repeated', {
      placeholder: 'id',
    }),
    ...accountFlags,
    output: outputFlag,
  },
  async run({ world, api, args, reference, flags, out }) {
    const asJson = wantsJson(flags.output)
    const { compileRole, renderRoles, rolesFor } = await import('../../trust/index.ts')
    const listed = await Promise.all(flags.policies.map((path) => policiesIn(world, path)))
    const files = [...args, ...flags.policy, ...listed.flat()]
    if (files.length === 0) throw new Failure('no policies: give files, or a directory with --policies')
    const policies = await Promise.all(files.map((file) => readPolicy({ world, out }, file, flags)))
    const { organization, project, name } = reference
    const environment = project === 'default' ? name : `${project}/${name}`
    const access = []
    const [first] = policies
    const everybody = await serverUniverse(api, organization, first!, { users: flags.user, teams: [] })
    for (const policy of policies) {
      const universe = { ...everybody, attributeLists: attributeListsOf(policy) }
      const roles = requireAudiences(policy)
        .filter(({ model }) => model !== null)
        .map(({ provider, partition }) =>
          compileRole({ name: policy.file, policy: policy.source, provider, partition }),
        )
      access.push(...rolesFor(environment, roles, universe))
    }
    if (asJson) out.json({ environment, roles: access })
    else out.write(renderRoles(environment, access))
  },
})

async function policiesIn(world: World, directory: string): Promise<readonly string[]> {
  const names = await world.files.list(directory)
  if (names === null)
    throw new Failure(`no directory ${directory}; --policies takes one that holds *.json files`)
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => `${directory.replace(/\/$/, '')}/${name}`)
}
