import type { Claims, Decision } from '../../trust/index.ts'
import { decodeUtf8 } from '../../value/index.ts'
import { atMost } from '../argument-count.ts'
import { loginBlocks } from '../aws/login-block.ts'
import { type PolicyFile, readPolicyFile } from '../aws/policy-file.ts'
import { type AccountCall, offlineCommand } from '../command.ts'
import { Exit, Failure } from '../failure.ts'
import { text, texts } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { readSource } from '../read-source.ts'
import { unifiedDiff } from '../unified-diff.ts'
import type { World } from '../world.ts'

const declared = {
  'role-policy': text('The file with the trust policy of the role', { placeholder: 'file', required: true }),
  role: text('The ARN of the role; the one of the login block without it', { placeholder: 'arn' }),
  as: text('Decide for this user instead of the caller', { placeholder: 'login' }),
  'subject-attribute': texts(
    'An attribute of the subject, instead of those in the definition; may be repeated',
    {
      placeholder: 'attribute',
    },
  ),
  claims: text('A JSON file with the claims of a token of any issuer', { placeholder: 'file' }),
  token: text('A file with a token of any issuer; its signature is not looked at', { placeholder: 'file' }),
  'client-id': texts('An audience that the identity provider registers; may be repeated', {
    placeholder: 'id',
  }),
  'session-name': text('The name of the session', { initial: '' }),
  output: outputFlag,
}

/** `esc aws trust check`. */
export const command = offlineCommand({
  usage: '[<environment>]',
  summary: 'Decide whether an environment can become a role, and say why',
  description: `Computes the claims that a login from the environment would carry and decides as AWS would; nothing is signed and AWS is
not called. A refusal shows every condition, and the smallest change of the policy that was found to mend it.
Exit code 0 when allowed, 3 when not.`,
  examples: [
    'esc aws trust check acme/web/prod --role-policy trust.json',
    'esc aws trust check acme/web/prod --role-policy trust.json --as ben',
    'esc aws trust check --role-policy github.json --claims claims.json --client-id sts.amazonaws.com',
  ],
  arguments: atMost(1),
  flags: declared,
  async run({ world, args, flags, out }, account) {
    const asJson = wantsJson(flags.output)
    const sources = [args[0], flags.claims, flags.token].filter(Boolean)
    if (sources.length !== 1) throw new Failure('give exactly one of <environment>, --claims and --token')
    const policy = await readPolicyFile(world, flags['role-policy'], flags['client-id'])
    const subject =
      args[0] === undefined || args[0] === ''
        ? {
            claims: await foreignClaims(world, flags),
            roleArn: flags.role,
            sessionName: flags['session-name'],
          }
        : await environmentSubject(await account(), args[0], flags)
    const decision = await decided(policy, subject, world)
    const diff =
      decision.suggestion?.policy === undefined ? null : policyDiff(policy, decision.suggestion.policy)
    if (asJson) out.json({ claims: subject.claims, decision, diff })
    else {
      const { explain } = await import('../../trust/index.ts')
      const { suggestion } = decision
      out.line(`claims ${JSON.stringify(subject.claims)}`)
      out.write(
        explain(suggestion === null ? decision : { ...decision, suggestion: { say: suggestion.say } }),
      )
      if (diff !== null) out.write(`\n${diff}`)
    }
    if (decision.effect !== 'allow') throw new Exit(3)
  },
})

interface Subject {
  readonly claims: Claims
  readonly roleArn: string
  readonly sessionName: string
}

async function environmentSubject(
  call: AccountCall<typeof declared>,
  typed: string,
  flags: {
    readonly role: string
    readonly as: string
    readonly 'session-name': string
    readonly 'subject-attribute': readonly string[]
  },
): Promise<Subject> {
  const { resolveReference } = await import('../resolve-reference.ts')
  const { environmentClaims } = await import('../aws/environment-claims.ts')
  const { atVersion } = await import('../reference.ts')
  const reference = await resolveReference(typed, call, 'existing')
  const { source } = await call.api.readDefinition(reference, atVersion(reference))
  const blocks = loginBlocks(source)
  const block = blocks.find(({ roleArn }) => roleArn === flags.role) ?? blocks[0]
  if (block === undefined) {
    call.out.note('the definition holds no aws-login block of its own; the default subject is used')
  }
  const listed = flags['subject-attribute']
  const subjectAttributes = listed.length > 0 ? listed : (block?.subjectAttributes ?? null)
  return {
    claims: await environmentClaims(call.api, reference, { as: flags.as, subjectAttributes }),
    roleArn: flags.role || block?.roleArn || '',
    sessionName: flags['session-name'] || block?.sessionName || '',
  }
}

async function foreignClaims(
  world: World,
  { claims, token }: { readonly claims: string; readonly token: string },
): Promise<Claims> {
  const file = claims || token
  const content = decodeUtf8(await readSource(world, file)).trim()
  try {
    const json =
      claims === '' ? Buffer.from(content.split('.')[1] ?? '', 'base64url').toString('utf8') : content
    const read = JSON.parse(json) as unknown
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read as Claims
  } catch {
    // The words below say all there is to say; a parser's words would show parts of a token.
  }
  throw new Failure(
    `${file}: wanted ${claims === '' ? 'a signed token in compact form' : 'a JSON object of claims'}`,
  )
}

async function decided({ source, trusts }: PolicyFile, subject: Subject, world: World): Promise<Decision> {
  const { decide } = await import('../../trust/index.ts')
  const { claims, roleArn, sessionName } = subject
  const issuer = String(claims['iss'] ?? '')
  const trusted = trusts.find(({ provider }) => provider.url === issuer)
  const { account, clientIds } = (trusted ?? trusts[0])!.provider
  const partition = (trusted ?? trusts[0])!.partition
  const nowSeconds = Math.floor(world.clock.now() / 1000)
  // The provider is taken to exist and to register what the policy names, or else what the token says.
  const known = clientIds.length > 0 ? clientIds : [claims['azp'] ?? claims['aud']].flat().map(String)
  return decide({
    policy: source,
    provider: issuer === '' ? null : { url: issuer, account, clientIds: known },
    role: {
      arn: roleArn || `arn:${partition}:iam::${account}:role/role`,
      maxSessionDurationSeconds: 43_200,
      tags: {},
    },
    token: {
      header: { alg: 'RS256' },
      claims: { ...claims, iat: nowSeconds, nbf: nowSeconds, exp: nowSeconds + 3600 },
      signatureValid: true,
    },
    request: { roleSessionName: sessionName || 'session', nowSeconds },
  })
}

// Both sides are printed by the same printer, so that the diff shows the change and no layout.
function policyDiff({ file, source }: PolicyFile, suggested: unknown): string {
  const print = (policy: unknown) => `${JSON.stringify(policy, null, 2)}\n`
  return unifiedDiff({ from: file, to: `${file} (changed)` }, print(JSON.parse(source)), print(suggested))
}
