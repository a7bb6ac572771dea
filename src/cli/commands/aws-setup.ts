import { exactly } from '../argument-count.ts'
import { environmentClaims } from '../aws/environment-claims.ts'
import { loginBlocks } from '../aws/login-block.ts'
import { environmentCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { text, toggle } from '../flags.ts'
import { wantsJson } from '../output-flag.ts'
import { atVersion } from '../reference.ts'

/** `esc aws setup`. */
export const command = environmentCommand({
  usage: '<environment>',
  summary: 'Print what AWS needs to let an environment in',
  description: `The identity provider for this server's issuer and a role that provably only this environment can become. Account and
role come from the aws-login block of the definition when it has one. An account has one provider for an issuer: use
--existing-provider for the second role, and add the audience to the provider if it is a new one.`,
  examples: [
    'esc aws setup acme/web/prod --format terraform',
    'esc aws setup acme/web/prod --account 123456789012 --role-name deployer --format cloudformation > role.json',
    'esc aws setup acme/web/prod --existing-provider --format cli',
  ],
  arguments: exactly(1),
  flags: {
    format: text('cloudformation, terraform, pulumi, cdk or cli', { initial: 'cloudformation' }),
    account: text('The id of the AWS account', { placeholder: 'id' }),
    'role-name': text('The name of the role', { placeholder: 'name' }),
    'new-provider': toggle('Create the identity provider too', { initial: true }),
    'existing-provider': toggle('The account has the identity provider already'),
    output: text('text or json', { initial: 'text' }),
  },
  async run({ api, reference, flags, given, out }) {
    const asJson = wantsJson(flags.output)
    const { generateSetup, setupFormats, setupProblem, trustPolicy } = await import('../../setup/index.ts')
    const format = setupFormats.find((name) => name === flags.format)
    if (format === undefined)
      throw new Failure(
        `invalid --format ${JSON.stringify(flags.format)}: must be one of ${setupFormats.join(', ')}`,
      )
    if (given.has('new-provider') && flags['new-provider'] && flags['existing-provider'])
      throw new Failure('give only one of --new-provider and --existing-provider')
    const { source } = await api.readDefinition(reference, atVersion(reference))
    const [block] = loginBlocks(source)
    const arn = /^arn:([\w-]+):iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]{1,64})$/.exec(block?.roleArn ?? '')
    const account = flags.account || arn?.[2] || ''
    const roleName = flags['role-name'] || arn?.[3] || ''
    if (!/^\d{12}$/.test(account))
      throw new Failure(`--account: wanted the 12 digits of an AWS account, got ${JSON.stringify(account)}`)
    if (!/^[\w+=,.@-]{1,64}$/.test(roleName))
      throw new Failure(
        `--role-name: wanted 1 to 64 letters, digits and _+=,.@-, got ${JSON.stringify(roleName)}`,
      )
    const subjectAttributes = block?.subjectAttributes ?? null
    const { iss, aud, sub } = await environmentClaims(api, reference, { as: '', subjectAttributes })
    const target = {
      issuer: iss,
      audience: aud,
      subject: sub,
      roleName,
      account,
      partition: arn?.[1] ?? 'aws',
      createsProvider: !flags['existing-provider'] && flags['new-provider'],
    }
    const problem = setupProblem(target)
    if (problem !== null) throw new Failure(`nothing is printed: ${problem}`)
    if (iss.startsWith('http://'))
      out.note(`warning: ${iss} is of this machine; AWS itself takes https issuers that it can reach`)
    const generated = generateSetup(format, target)
    if (asJson) out.json({ ...target, format, policy: trustPolicy(target), text: generated })
    else out.write(generated)
  },
})
