import type { AwsAccount, SetupTarget } from '../../setup/index.ts'
import { exactly } from '../argument-count.ts'
import { accountFlags, accountOf, withAws } from '../aws/account-flags.ts'
import { setupTarget } from '../aws/setup-target.ts'
import { environmentCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { text, texts, toggle } from '../flags.ts'
import type { Output } from '../output.ts'
import { wantsJson } from '../output-flag.ts'

/** `esc aws setup`. */
export const command = environmentCommand({
  usage: '<environment>',
  summary: 'Print what AWS needs to let an environment in, or make it so',
  description: `The identity provider for this server's issuer and a role that provably only this environment can become. Account and
role come from the aws-login block of the definition, or of an import, when there is one.

An account has one provider for an issuer: use --existing-provider for the second role. The audience is then added to
it as far as the format can; where it cannot, the text says so and what to run.

--apply makes it so in the account of the AWS credentials. It prints a plan first, and for a trust policy that exists
already who gains and who loses the role; what is there is kept, and one statement added. Then it asks, makes the
changes, reads back what IAM answers and proves that the environment gets in. The second run finds nothing to do.

Exit code 0 when done, 1 when not, 3 when all was made and AWS would still refuse.`,
  examples: [
    'esc aws setup acme/web/prod --format terraform > role.tf',
    'esc aws setup acme/web/prod --account 123456789012 --role-name deployer --format cloudformation > role.json',
    'esc aws setup acme/web/prod --existing-provider --format cli',
    'esc aws setup acme/web/prod --apply --profile admin',
    'esc aws setup acme/web/prod --apply --yes --policy-arn arn:aws:iam::aws:policy/ReadOnlyAccess',
  ],
  arguments: exactly(1),
  flags: {
    format: text('cloudformation, terraform, pulumi, cdk or cli', { initial: 'cloudformation' }),
    account: text('The id of the AWS account', { placeholder: 'id' }),
    'role-name': text('The name of the role', { placeholder: 'name' }),
    login: text('The aws-login block at this path, when there are several', { placeholder: 'property path' }),
    'policy-arn': texts('A managed policy for the role; may be repeated', { placeholder: 'arn' }),
    'new-provider': toggle('Create the identity provider too', { initial: true }),
    'existing-provider': toggle('The account has the identity provider already'),
    apply: toggle('Make the changes in the AWS account, after showing them'),
    yes: toggle('Do not ask before --apply makes changes', { short: 'y' }),
    'replace-policy': toggle('With --apply: write the trust policy anew and keep nobody who is in it now'),
    ...accountFlags,
    output: text('text or json', { initial: 'text' }),
  },
  async run(call) {
    const { world, api, reference, flags, given, out } = call
    const asJson = wantsJson(flags.output)
    if (given.has('new-provider') && flags['new-provider'] && flags['existing-provider'])
      throw new Failure('give only one of --new-provider and --existing-provider')
    if (flags.apply && given.has('format')) throw new Failure('give only one of --format and --apply')
    const onlyApply = (['yes', 'replace-policy'] as const).find((name) => given.has(name) && !flags.apply)
    if (onlyApply !== undefined) throw new Failure(`--${onlyApply} goes with --apply`)
    if (!flags.apply) {
      const target = await setupTarget(call, flags, async () => null)
      await printSetup(target, flags.format, asJson, out)
      return
    }
    const account = (partition: string) => accountOf(world, flags, partition)
    const target = await setupTarget(call, flags, async () => callerOf(await account('aws')))
    const { applySetup } = await import('../aws/setup-apply.ts')
    const { yes, 'replace-policy': replacesPolicy } = flags
    const { organization } = reference
    const parts = { world, out, api, organization, account: await account(target.partition) }
    await applySetup({ ...parts, yes, replacesPolicy, asJson }, target)
  },
})

async function callerOf(account: AwsAccount) {
  const { account: id, arn } = await withAws(() => account.caller())
  return { account: id, partition: arn.split(':')[1] ?? 'aws' }
}

async function printSetup(target: SetupTarget, wanted: string, asJson: boolean, out: Output): Promise<void> {
  const { audienceNote, generateSetup, setupFormats, setupProblem, trustPolicy } = await import(
    '../../setup/index.ts'
  )
  const format = setupFormats.find((name) => name === wanted)
  if (format === undefined)
    throw new Failure(`invalid --format ${JSON.stringify(wanted)}: must be one of ${setupFormats.join(', ')}`)
  const problem = setupProblem(target)
  if (problem !== null) throw new Failure(`nothing is printed: ${problem}`)
  if (target.issuer.startsWith('http://'))
    out.note(`warning: ${target.issuer} is of this machine; AWS itself takes https issuers that it can reach`)
  const note = audienceNote(format, target)
  if (note !== null) out.note(`note: ${note}`)
  const generated = generateSetup(format, target)
  if (asJson) out.json({ ...target, format, policy: trustPolicy(target), text: generated, note })
  else out.write(generated)
}
