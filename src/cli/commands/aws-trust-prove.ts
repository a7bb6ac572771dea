import { exactly } from '../argument-count.ts'
import { accountFlags } from '../aws/account-flags.ts'
import { requireAudiences } from '../aws/policy-file.ts'
import { isRole, readPolicy } from '../aws/policy-source.ts'
import { command as define } from '../command.ts'
import { Exit } from '../failure.ts'
import { texts } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

// What a provider registers besides is not in the policy: a condition on the audience does something until it is known.
const someAudience = 'aws:another-organization'

/** `esc aws trust prove`. */
export const command = define({
  usage: '<file>|<role-arn>',
  summary: 'Prove that certain subjects can never become the role',
  description: `Patterns are compared as languages, so \`proved\` covers every token there can be. Otherwise a token that gets in is
shown. Without --never, tells which conditions of the policy do nothing.
Exit code 0 when proved (or no condition is dead), 3 when not.`,
  examples: [
    "esc aws trust prove trust.json --never 'pulumi:environments:org:acme:env:dev/*'",
    "esc aws trust prove github.json --never 'repo:acme/*:pull_request'",
    'esc aws trust prove trust.json',
    "esc aws trust prove arn:aws:iam::123456789012:role/admin --never '*:env:dev/*' --profile admin",
  ],
  arguments: exactly(1),
  flags: {
    never: texts('Subjects that must never get in, as in StringLike; may be repeated', {
      placeholder: 'pattern',
    }),
    'client-id': texts('An audience that the identity provider registers; may be repeated', {
      placeholder: 'id',
    }),
    ...accountFlags,
    output: outputFlag,
  },
  async run({ world, args: [file = ''], flags, out }) {
    const asJson = wantsJson(flags.output)
    const { deadConditions, prove, renderDeadConditions, renderProof } = await import('../../trust/index.ts')
    const policy = await readPolicy({ world, out }, file, flags)
    const { source } = policy
    const trusts = requireAudiences(policy)
    if (flags.never.length === 0) {
      const isKnown = flags['client-id'].length > 0 || isRole(file)
      const dead = trusts.flatMap(({ provider, partition, model }) =>
        deadConditions(
          source,
          isKnown ? provider : { ...provider, clientIds: [...provider.clientIds, someAudience] },
          model ?? undefined,
          partition,
        ),
      )
      if (asJson) out.json({ dead })
      else out.write(renderDeadConditions(dead))
      if (dead.length > 0) throw new Exit(3)
      return
    }
    const proofs = trusts.map(({ provider, partition, model }) => ({
      issuer: provider.url,
      audiences: provider.clientIds,
      proof: prove({
        policy: source,
        provider,
        partition,
        never: flags.never,
        ...(model === null ? {} : { model }),
      }),
    }))
    if (asJson)
      out.json({ never: flags.never, proofs: proofs.map(({ proof, ...about }) => ({ ...about, ...proof })) })
    else for (const { issuer, proof } of proofs) out.write(`${issuer}: ${renderProof(proof)}`)
    if (proofs.some(({ proof }) => proof.verdict !== 'proved')) throw new Exit(3)
  },
})
