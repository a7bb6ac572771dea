import { exactly } from '../argument-count.ts'
import { accountFlags } from '../aws/account-flags.ts'
import { requireAudiences } from '../aws/policy-file.ts'
import { readPolicy } from '../aws/policy-source.ts'
import { emptyUniverse, organizationsOf, readUniverse, requireOurs } from '../aws/universe.ts'
import { command as define } from '../command.ts'
import { Exit } from '../failure.ts'
import { text, texts } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

/** `esc aws trust diff`. */
export const command = define({
  usage: '<old-file>|<role-arn> <new-file>|<role-arn>',
  summary: 'Tell who gains and who loses a role by a change of its policy',
  description: `Compares everybody the two policies admit, whether or not their names exist yet; with --universe the environments that
exist are listed one by one. Of other issuers than this product's every token counts that AWS could be shown. Needs no server.
Exit code 0 when it is proved that the new policy admits nobody more, 3 when it admits a token more, which is shown, or when
neither could be told.`,
  examples: [
    'esc aws trust diff main/trust.json trust.json',
    'esc aws trust diff arn:aws:iam::123456789012:role/deployer trust.json --profile admin',
    'esc aws trust diff old.json new.json --universe universe.json',
  ],
  arguments: exactly(2),
  flags: {
    universe: text('A JSON file of who exists', { placeholder: 'file' }),
    'client-id': texts('An audience that the identity provider registers; may be repeated', {
      placeholder: 'id',
    }),
    ...accountFlags,
    output: outputFlag,
  },
  async run({ world, args: [oldFile = '', newFile = ''], flags, out }) {
    const asJson = wantsJson(flags.output)
    const { admitsNobodyMore, diffPolicies, diffReach, renderDiff } = await import('../../trust/index.ts')
    const [before, after] = [
      await readPolicy({ world, out }, oldFile, flags),
      await readPolicy({ world, out }, newFile, flags),
    ]
    const trusts = [...before.trusts, ...after.trusts]
    const ours = trusts.every(({ model }) => model !== null)
    if (ours) for (const one of [before, after]) requireAudiences(one)
    else if (flags.universe !== '') for (const one of [before, after]) requireOurs(one)
    const universe =
      flags.universe === ''
        ? emptyUniverse(organizationsOf(after)[0] ?? organizationsOf(before)[0] ?? 'acme', after)
        : await readUniverse(world, flags.universe, after)
    const providers = new Map(
      trusts.map((one) => [[one.partition, one.provider.account, one.provider.url].join(), one]),
    )
    const results = [...providers.values()].map(({ provider, partition }) => {
      // The provider is one and the same: what either policy calls its audience may be registered.
      const clientIds = trusts
        .filter((one) => one.provider.url === provider.url)
        .flatMap((one) => one.provider.clientIds)
      const known = ours || flags['client-id'].length > 0
      const both = { ...provider, clientIds: known ? [...new Set(clientIds)] : [] }
      const role = (policy: string) => ({ name: newFile, policy, provider: both, partition })
      const pair = [role(before.source), role(after.source)] as const
      return ours ? diffReach(...pair, universe) : diffPolicies(...pair)
    })
    if (asJson) out.json(results.length === 1 ? results[0] : results)
    else for (const one of results) out.write(renderDiff(one))
    if (!results.every(admitsNobodyMore)) throw new Exit(3)
  },
})
