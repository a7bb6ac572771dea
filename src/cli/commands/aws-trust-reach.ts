import { exactly } from '../argument-count.ts'
import { readPolicyFile } from '../aws/policy-file.ts'
import { organizationsOf, readUniverse, requireOurs, serverUniverse } from '../aws/universe.ts'
import { offlineCommand } from '../command.ts'
import { text, texts } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

/** `esc aws trust reach`. */
export const command = offlineCommand({
  usage: '<file>',
  summary: 'List exactly which environments can become the role',
  description: `Every environment that exists and every name that a subject can carry is tried; what names that do not exist yet would
get in is told with an example. The environments are those the caller sees on the server, or those of --universe.`,
  examples: [
    'esc aws trust reach trust.json',
    'esc aws trust reach trust.json --user ada --user ben',
    'esc aws trust reach trust.json --universe universe.json --output json',
  ],
  arguments: exactly(1),
  flags: {
    universe: text('A JSON file of who exists, instead of the server', { placeholder: 'file' }),
    organization: text('The organization; the one of the policy without it', { placeholder: 'name' }),
    user: texts('Another user who may open environments; may be repeated', { placeholder: 'login' }),
    team: texts('A team with tokens; may be repeated', { placeholder: 'name' }),
    'client-id': texts('An audience that the identity provider registers; may be repeated', {
      placeholder: 'id',
    }),
    output: outputFlag,
  },
  async run({ world, args: [file = ''], flags, out }, account) {
    const asJson = wantsJson(flags.output)
    const { reach, renderReach } = await import('../../trust/index.ts')
    const policy = await readPolicyFile(world, file, flags['client-id'])
    const trusts = requireOurs(policy)
    const fromServer = async () => {
      const { api, session } = await account()
      const organization =
        flags.organization || organizationsOf(policy)[0] || (await session.defaultOrganization())
      return await serverUniverse(api, organization, policy, { users: flags.user, teams: flags.team })
    }
    const universe =
      flags.universe === '' ? await fromServer() : await readUniverse(world, flags.universe, policy)
    const reached = trusts.map(({ provider, partition }) =>
      reach({ name: file, policy: policy.source, provider, partition }, universe),
    )
    if (asJson) out.json(reached.length === 1 ? reached[0] : reached)
    else for (const one of reached) out.write(renderReach(one))
  },
})
