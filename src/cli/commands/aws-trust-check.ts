import { atMost } from '../argument-count.ts'
import { accountFlags, accountOf } from '../aws/account-flags.ts'
import { readPolicyFile } from '../aws/policy-file.ts'
import { environmentCases, foreignCase, type TrustCase } from '../aws/trust-case.ts'
import type { DecidedCase, TrustFacts } from '../aws/trust-decision.ts'
import { offlineCommand } from '../command.ts'
import { Exit, Failure } from '../failure.ts'
import { type FlagValues, text, texts } from '../flags.ts'
import type { Output } from '../output.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import type { World } from '../world.ts'

const declared = {
  'role-policy': text('A file with the trust policy of the role, instead of asking IAM', {
    placeholder: 'file',
  }),
  role: text('The ARN of the role; the one of the login block without it', { placeholder: 'arn' }),
  login: text('Only the aws-login block at this path; all blocks without it', {
    placeholder: 'property path',
  }),
  as: text('Decide for this user instead of the caller', { placeholder: 'login' }),
  'subject-attribute': texts(
    'An attribute of the subject, instead of those in the definition; may be repeated',
    { placeholder: 'attribute' },
  ),
  claims: text('A JSON file with the claims of a token of any issuer', { placeholder: 'file' }),
  token: text('A file with a token of any issuer; its signature is not looked at', { placeholder: 'file' }),
  'client-id': texts('An audience that the identity provider registers; may be repeated', {
    placeholder: 'id',
  }),
  'session-name': text('The name of the session', { initial: '' }),
  ...accountFlags,
  output: outputFlag,
}

/** `esc aws trust check`. */
export const command = offlineCommand({
  usage: '[<environment>]',
  summary: 'Decide whether an environment can become a role, and say why',
  description: `Computes the claims that a login from the environment would carry and decides as AWS would; nothing is signed. A refusal
shows every condition, and the smallest change of the policy that was found to mend it. Every aws-login block that
opening the environment runs is decided, those of imports too.

The policy is that of --role-policy. Without it IAM is asked for the role's policy and longest session and for the
identity provider's audiences, with the credentials that AWS's own tools would use; those need iam:GetRole and
iam:GetOpenIDConnectProvider.

Exit code 0 when every login is allowed, 3 when one is not, 1 when it could not be decided.`,
  examples: [
    'esc aws trust check acme/web/prod',
    'esc aws trust check acme/web/prod --role arn:aws:iam::123456789012:role/deployer --profile admin',
    'esc aws trust check acme/web/prod --role-policy trust.json --as ben',
    'esc aws trust check --role-policy github.json --claims claims.json --client-id sts.amazonaws.com',
  ],
  arguments: atMost(1),
  flags: declared,
  async run({ world, args, flags, out }, account) {
    const asJson = wantsJson(flags.output)
    const typed = args[0] ?? ''
    const sources = [typed, flags.claims, flags.token].filter(Boolean)
    if (sources.length !== 1) throw new Failure('give exactly one of <environment>, --claims and --token')
    const cases =
      typed === ''
        ? [await foreignCase(world, flags, out.note)]
        : await environmentCases(await account(), typed, flags)
    const factsOf = await factsFor(world, flags, cases, out)
    const { decideCase } = await import('../aws/trust-decision.ts')
    const nowSeconds = Math.floor(world.clock.now() / 1000)
    const results = []
    for (const one of cases) {
      const facts = await factsOf(one)
      const result = { one, facts, ...decideCase(one, facts, nowSeconds) }
      for (const note of result.notes) out.note(note)
      results.push(result)
    }
    if (asJson) {
      const shown = results.map(jsonResult)
      out.json(shown.length === 1 ? shown[0] : shown)
    } else {
      const { explain } = await import('../../trust/index.ts')
      results.forEach(({ one, facts, decision, diff }, index) => {
        if (index > 0) out.line()
        if (one.name !== '') out.line(`login ${one.name}: ${facts.roleArn}`)
        out.line(`claims ${JSON.stringify(claimsShown(one))}`)
        const { suggestion } = decision
        const told = suggestion === null ? null : { say: suggestion.say }
        out.write(explain({ ...decision, suggestion: told }))
        if (diff !== null) out.write(`\n${diff}`)
      })
    }
    if (results.some(({ decision }) => decision.effect !== 'allow')) throw new Exit(3)
  },
})

type Flags = FlagValues<typeof declared>

/** Where the facts of each case come from: the file, or the account of its role. */
async function factsFor(
  world: World,
  flags: Flags,
  cases: readonly TrustCase[],
  out: Output,
): Promise<(one: TrustCase) => Promise<TrustFacts>> {
  if (flags['role-policy'] !== '') {
    const roles = new Set(cases.map(({ roleArn }) => roleArn))
    if (roles.size > 1)
      out.note(
        `the logins are of ${roles.size} roles, the policy is of one: choose with --login, or leave --role-policy out to ask IAM for each`,
      )
    return await fileFacts(world, flags)
  }
  const missing = cases.find(({ roleArn }) => roleArn === '')
  if (missing !== undefined) {
    const which =
      missing.name === '' ? '' : ` of ${missing.name}, whose roleArn is known only when it is opened`
    throw new Failure(`which role${which}? Give its ARN with --role, or its trust policy with --role-policy`)
  }
  return accountFacts(world, flags, out)
}

/** The provider is taken to exist and to register what `--client-id` or the policy names, or else what the token says. */
async function fileFacts(world: World, flags: Flags): Promise<(one: TrustCase) => Promise<TrustFacts>> {
  const { someRoleArn } = await import('../aws/trust-decision.ts')
  const { file, source, trusts } = await readPolicyFile(world, flags['role-policy'], flags['client-id'])
  return async ({ claims, roleArn }) => {
    const issuer = String(claims['iss'] ?? '')
    const { provider, partition } = trusts.find((one) => one.provider.url === issuer) ?? trusts[0]!
    const { account, clientIds } = provider
    const known = clientIds.length > 0 ? clientIds : audiencesOf(claims)
    return {
      source: file,
      policy: source,
      roleArn: roleArn || someRoleArn(partition, account),
      provider: issuer === '' ? null : { url: issuer, account, clientIds: known },
      role: null,
    }
  }
}

/** All that IAM knows joins the decision: policy, longest session, tags, whether the provider exists and its audiences. */
async function accountFacts(
  world: World,
  flags: Flags,
  out: Output,
): Promise<(one: TrustCase) => Promise<TrustFacts>> {
  const [{ readProvider, readRole }, { partitionOf }] = await Promise.all([
    import('../aws/role-facts.ts'),
    import('../aws/trust-decision.ts'),
  ])
  return async ({ claims, roleArn }) => {
    const account = await accountOf(world, flags, partitionOf(roleArn))
    const role = await readRole(account, roleArn)
    const url = String(claims['iss'] ?? '')
    const { provider, isKnown, notes } = await readProvider(account, role, url)
    for (const note of notes) out.note(note)
    const owner = role.arn.split(':')[4] ?? ''
    const given = flags['client-id']
    const clientIds = given.length > 0 ? given : (provider?.clientIds ?? audiencesOf(claims))
    return {
      source: roleArn,
      policy: role.trustPolicy,
      roleArn,
      provider: provider === null && isKnown ? null : { url, account: owner, clientIds },
      role,
    }
  }
}

function audiencesOf(claims: TrustCase['claims']): readonly string[] {
  return [claims['azp'] ?? claims['aud']].flat().map(String)
}

// Times are made up here and say nothing.
function claimsShown({ claims, login, name }: TrustCase): TrustCase['claims'] {
  if (login !== null || name !== '') return claims
  const { iat: _iat, nbf: _nbf, exp: _exp, ...shown } = claims
  return shown
}

function jsonResult({ one, facts, decision, diff }: { one: TrustCase; facts: TrustFacts } & DecidedCase) {
  const { login } = one
  return {
    login: login === null ? null : { path: login.path, environment: login.holder, line: login.line },
    role: {
      arn: facts.roleArn,
      maxSessionDurationSeconds: facts.role?.maxSessionSeconds ?? null,
      readFrom: facts.role === null ? facts.source : 'iam',
    },
    provider: facts.provider,
    claims: claimsShown(one),
    decision,
    diff,
  }
}
