import { parsePolicy } from '../../trust/index.ts'
import { encodeUtf8 } from '../../value/index.ts'
import { between } from '../argument-count.ts'
import { accountFlags } from '../aws/account-flags.ts'
import { policyFileOf, providersOf } from '../aws/policy-file.ts'
import { asRegistered, isRole, readRoleSource, type SourceFlags } from '../aws/policy-source.ts'
import { command as define } from '../command.ts'
import { Exit, Failure } from '../failure.ts'
import { integer, text, texts, toggle } from '../flags.ts'
import type { Output } from '../output.ts'
import { readSource } from '../read-source.ts'
import type { World } from '../world.ts'

const severities = ['critical', 'high', 'medium', 'low'] as const

/** `esc aws trust lint`. */
export const command = define({
  usage: '<file>|<role-arn>…',
  summary: 'Find what is wrong with trust policies',
  description: `Each finding has a stable id, a place, a reason and a fix; a critical one comes with a token that gets in.
Of a role that is named by its ARN, IAM also tells the longest session, the attached policies and the audiences that its
provider registers. With --fix an edit is made when it is proved that no token gets in by it that did not before; the others
are named. Exit code 0 without findings, 3 with, 1 for a file that cannot be read.`,
  examples: [
    'esc aws trust lint trust.json',
    'esc aws trust lint --fix trust.json',
    'esc aws trust lint --format sarif policies/*.json',
    'esc aws trust lint arn:aws:iam::123456789012:role/deployer --profile admin',
  ],
  arguments: between(1, 1000),
  flags: {
    format: text('text, json or sarif', { initial: 'text' }),
    output: text('the same as --format'),
    fix: toggle('Write the edits that provably admit nobody more back to the file'),
    'fail-on': text('The least severity that makes the exit code 3', { initial: 'low' }),
    'client-id': texts('An audience that the identity provider registers; may be repeated', {
      placeholder: 'id',
    }),
    'attached-policy': texts('A policy attached to the role; may be repeated', { placeholder: 'arn' }),
    'max-session': integer('The MaxSessionDuration of the role, in seconds'),
    ...accountFlags,
  },
  async run({ world, args, flags, out }) {
    const trust = await import('../../trust/index.ts')
    const format = flags.output || flags.format
    if (!['text', 'json', 'sarif'].includes(format))
      throw new Failure(`invalid --format ${JSON.stringify(format)}: must be text, json or sarif`)
    const limit = (severities as readonly string[]).indexOf(flags['fail-on'])
    if (limit < 0)
      throw new Failure(
        `invalid --fail-on ${JSON.stringify(flags['fail-on'])}: must be one of ${severities.join(', ')}`,
      )
    const results = []
    for (const file of args) {
      const known = isRole(file) ? await roleFacts(world, out, file, flags) : null
      const source = known?.source ?? new TextDecoder().decode(await readSource(world, file))
      const facts = {
        ...known?.facts,
        ...providerFacts(file, source, flags['client-id']),
        ...(flags['attached-policy'].length > 0 && { attachedPolicies: flags['attached-policy'] }),
        ...(flags['max-session'] > 0 && { role: { maxSessionDurationSeconds: flags['max-session'] } }),
      }
      const isFile = file !== '-' && known === null
      const fixed = flags.fix && isFile ? trust.mend(source, facts) : null
      if (fixed !== null && fixed.text !== source) {
        const mode = (await world.files.status(file))?.mode ?? 0o644
        await world.files.write(file, encodeUtf8(fixed.text), mode)
        out.note(`fixed ${file}: proved to admit nobody more`)
      }
      for (const { finding, why } of fixed?.refused ?? [])
        out.note(`left ${finding.id} at ${file}:${finding.at.line}:${finding.at.column} to you: ${why}`)
      results.push({ file, findings: trust.lint(fixed?.text ?? source, facts) })
    }
    if (format === 'json') out.json(results)
    else if (format === 'sarif') out.json(trust.toSarif(results))
    else
      for (const { file, findings } of results)
        out.write(findings.length === 0 ? `${file}: no findings\n` : trust.renderFindings(findings, file))
    const failed = results.some(({ findings }) =>
      findings.some(({ severity }) => severities.indexOf(severity) <= limit),
    )
    if (failed) throw new Exit(3)
  },
})

/** What IAM tells of a role that a file does not. */
async function roleFacts(world: World, out: Output, arn: string, flags: SourceFlags) {
  const { role, attachedPolicies, account } = await readRoleSource(world, arn, flags)
  const { policy } = parsePolicy(role.trustPolicy)
  const [trusted] = policy === null ? [] : providersOf(policy, [])
  const provider = trusted === undefined ? undefined : (await asRegistered(account, trusted, out)).provider
  const facts = {
    attachedPolicies,
    role: { maxSessionDurationSeconds: role.maxSessionSeconds },
    ...(provider !== undefined && { provider }),
  }
  return { source: role.trustPolicy, facts }
}

// Only when the client ids were given is anything known of the provider beside what the policy says.
function providerFacts(file: string, source: string, clientIds: readonly string[]) {
  if (clientIds.length === 0) return {}
  const provider = policyFileOf(file, source, clientIds).trusts[0]?.provider
  return provider === undefined ? {} : { provider }
}
