import { type Action, iamAction, type Parts, type SignedCall } from '../action.ts'
import { providerArn } from '../arn.ts'
import { issuerUrlProblem, storedIssuerUrl } from '../issuer-url.ts'
import { AwsRefusal, invalidInput, limitExceeded } from '../protocol/aws-refusal.ts'
import { constraints } from '../protocol/constraints.ts'
import type { XmlRecord } from '../protocol/xml.ts'
import type { ProviderRecord } from '../state.ts'
import { checkClientId, readThumbprints } from './provider-lists.ts'
import { distinct, maxClientIds, saveProvider } from './provider-record.ts'
import { caseSensitive, mergeTags, readTags, tagsNode } from './tags.ts'

const maxProviders = 100
/** Stands where AWS stores the thumbprint it computes itself; the sandbox reads no certificate. */
const computedThumbprint = '0'.repeat(40)

/** Creates an identity provider object in the caller's account. */
export const createOpenIDConnectProvider: Action = iamAction(
  'CreateOpenIDConnectProvider',
  () => '*',
  async (call, parts) => {
    const check = constraints(call.params)
    const given = check.required('Url', { min: 1, max: 255 })
    const clientIds = check.list('ClientIDList', Number.POSITIVE_INFINITY) ?? []
    const thumbprints = readThumbprints(call.params)
    check.done()
    const url = readUrl(given)
    for (const id of clientIds) checkClientId(id)
    const registered = distinct(clientIds)
    if (registered.length > maxClientIds)
      throw limitExceeded('ClientIdsPerOpenIdConnectProvider', maxClientIds)
    const tags = mergeTags([], readTags(call.params, caseSensitive), caseSensitive)
    const arn = providerArn(parts.partition, call.caller.account, url)
    checkRoom(call, parts, arn, url)
    const provider: ProviderRecord = {
      arn,
      account: call.caller.account,
      url,
      clientIds: registered,
      thumbprints: thumbprints ?? (await computeThumbprints(call, parts, url)),
      tags,
      createdAtSeconds: Math.floor(call.nowMs / 1000),
    }
    // Looked at again: another call may have made it while the issuer was read.
    checkRoom(call, parts, arn, url)
    await saveProvider(call, parts, provider)
    return { OpenIDConnectProviderArn: arn, Tags: tagsNode(tags) } satisfies XmlRecord
  },
)

function readUrl(given: string): string {
  const problem = issuerUrlProblem(given)
  if (problem === null) return storedIssuerUrl(given)
  const reason = `the provider URL \`${given.slice(0, 255)}\` cannot be used: ${problem}`
  // AWS says no more than this about a query or a fragment.
  const text = /query|fragment/.test(problem) ? 'Unknown' : 'Invalid Open ID Connect Provider URL'
  throw invalidInput(text, reason, 'pass exactly the issuer that its discovery document names')
}

function checkRoom(call: SignedCall, parts: Parts, arn: string, url: string): void {
  const { providers } = parts.state.now()
  if (providers.has(arn)) {
    throw new AwsRefusal('EntityAlreadyExists', 409, `Provider with url ${url} already exists.`)
  }
  const count = [...providers.values()].filter((provider) => provider.account === call.caller.account).length
  if (count >= maxProviders) throw limitExceeded('OpenIdConnectProvidersPerAccount', maxProviders)
}

async function computeThumbprints(call: SignedCall, parts: Parts, url: string): Promise<readonly string[]> {
  // Plain http on loopback has no certificate, so there is nothing to compute and nothing to connect to.
  if (url.startsWith('http:')) return []
  const answer = await parts.keys.keysOf(url, null, call.nowMs)
  if ('keys' in answer) return [computedThumbprint]
  throw new AwsRefusal('OpenIdIdpCommunicationError', 400, `Unable to communicate with ${url}.`, {
    reasonCode: 'ISSUER_UNREACHABLE',
    reason: `without a ThumbprintList IAM connects to the issuer: ${answer.problem}`,
    suggestion: `${answer.suggestion}, or pass a ThumbprintList`,
  })
}
