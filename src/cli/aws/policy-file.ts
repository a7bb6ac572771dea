import type { IdentityProvider, IssuerModel, Policy } from '../../trust/index.ts'
import { builtInProviders, environmentIssuer, parsePolicy, parseProviderArn } from '../../trust/index.ts'
import { decodeUtf8 } from '../../value/index.ts'
import { Failure } from '../failure.ts'
import { readSource } from '../read-source.ts'
import type { World } from '../world.ts'

/** A trust policy read from a file, with the identity providers it trusts. */
export interface PolicyFile {
  readonly file: string
  readonly source: string
  readonly policy: Policy
  readonly trusts: readonly TrustedProvider[]
}

/** A provider as a policy names it. `model` is set when its tokens are those of this product. */
export interface TrustedProvider {
  readonly provider: IdentityProvider
  readonly partition: string
  readonly model: IssuerModel | null
}

/**
 * Reads a policy. Without `clientIds` the audiences that the policy itself names count as registered.
 *
 * @throws Failure for a file that cannot be read, holds no trust policy, or trusts no OIDC provider
 */
export async function readPolicyFile(
  world: World,
  file: string,
  clientIds: readonly string[] = [],
): Promise<PolicyFile> {
  return policyFileOf(file, decodeUtf8(await readSource(world, file)), clientIds)
}

/** The same from text that is already here. @throws Failure as `readPolicyFile` */
export function policyFileOf(file: string, text: string, clientIds: readonly string[] = []): PolicyFile {
  // Editors of some systems begin every file with a mark of its encoding.
  const source = text.replace(/^\ufeff/, '')
  const { policy, faults } = parsePolicy(source)
  if (policy === null) {
    const said = faults.map(({ message, detail }) => `${message} (${detail})`).join('; ')
    throw new Failure(`${file}: no trust policy: ${said}; \`esc aws trust lint ${file}\` shows where`)
  }
  const trusts = providersOf(policy, clientIds)
  if (trusts.length === 0) {
    throw new Failure(
      `${file}: no statement has an OIDC provider as its principal; wanted "Principal": {"Federated": "arn:aws:iam::<account>:oidc-provider/<issuer>"}`,
    )
  }
  return { file, source, policy, trusts }
}

/** The OIDC providers that a policy names, with `clientIds`, or the audiences that the policy itself names. */
export function providersOf(policy: Policy, clientIds: readonly string[]): TrustedProvider[] {
  const names = new Set(
    policy.statements.flatMap(({ principals }) =>
      principals.flatMap(({ kind, value }) => (kind === 'Federated' ? [value] : [])),
    ),
  )
  return [...names].flatMap((name) => {
    // A built-in provider has no ARN; whose account it is asked in does not matter.
    const builtIn = builtInProviders.includes(name)
    const arn = builtIn ? { partition: 'aws', account: '123456789012', issuer: name } : parseProviderArn(name)
    if (arn === null) return []
    // The sandbox's providers stand for issuers on this machine, which have no certificate.
    const scheme = /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?(\/|$)/.test(arn.issuer) ? 'http' : 'https'
    const url = `${scheme}://${arn.issuer}`
    const audiences = clientIds.length > 0 ? clientIds : valuesOf(policy, `${arn.issuer}:aud`)
    const ours = isOurs(policy, arn.issuer)
    return [
      {
        provider: { url, clientIds: audiences, account: arn.account },
        partition: arn.partition,
        model: ours ? environmentIssuer(url) : null,
      },
    ]
  })
}

/**
 * The providers, each with its audiences known: without any, every question about who gets in has the empty answer.
 *
 * @throws Failure naming the flag that says what the policy does not
 */
export function requireAudiences({ file, trusts }: PolicyFile): PolicyFile['trusts'] {
  const unknown = trusts.find(
    ({ provider: { clientIds } }) => clientIds.length === 0 || clientIds.some((id) => /[*?]|\$\{/.test(id)),
  )
  if (unknown !== undefined) {
    throw new Failure(
      `${file} pins no audience of ${unknown.provider.url}: say with --client-id which ones the identity provider registers`,
    )
  }
  return trusts
}

/** The values of the conditions on a key, each once. */
export function valuesOf({ statements }: Policy, key: string): readonly string[] {
  const values = statements
    .flatMap(({ conditions }) => conditions)
    .filter((entry) => entry.key.toLowerCase() === key.toLowerCase())
    .flatMap((entry) => entry.values.map(({ text }) => text))
  return [...new Set(values)]
}

// Subjects of our form give our issuer away, and so does its path with an audience of our form. Another issuer taken for ours would
// sign tokens that a proof leaves out.
function isOurs(policy: Policy, issuer: string): boolean {
  return (
    valuesOf(policy, `${issuer}:sub`).some((value) => value.startsWith('pulumi:environments:')) ||
    (/\/oidc$/.test(issuer) && valuesOf(policy, `${issuer}:aud`).some((value) => /^aws:[\w-]+$/.test(value)))
  )
}
