import type { Call, Parts } from '../action.ts'
import type { ProviderRecord } from '../state.ts'
import { isSupportedAlgorithm, type ParsedToken, type SignatureAnswer, verifyToken } from '../token.ts'

/** Providers that need no object in the account and sign OpenID Connect tokens. */
const builtInIssuers = ['https://accounts.google.com', 'https://cognito-identity.amazonaws.com']

/** Whether the token is signed with a key its issuer publishes; nothing is read for an unregistered issuer. */
export async function checkSignature(
  token: string,
  { header, claims }: ParsedToken,
  provider: ProviderRecord | null,
  call: Call,
  parts: Parts,
): Promise<SignatureAnswer> {
  const issuer = provider?.url ?? builtInIssuers.find((known) => known === claims['iss'])
  // Nothing is fetched for an issuer that nobody registered.
  if (issuer === undefined || !isSupportedAlgorithm(header['alg'])) return { kind: 'invalid' }
  const fault = issuerFault(issuer, parts)
  if (fault !== null) return fault
  const kid = header['kid']
  const answer = await parts.keys.keysOf(issuer, typeof kid === 'string' ? kid : null, call.nowMs)
  if ('problem' in answer) return { kind: 'no-key', ...answer }
  return verifyToken(token, header['alg'], kid, answer.keys)
}

function issuerFault(issuer: string, parts: Parts): SignatureAnswer | null {
  const suggestion = 'take the fault away with `DELETE /_sandbox/faults` or start without it'
  if (parts.faults.take('issuer-timeout') !== null) {
    const problem = `the sandbox was told that ${issuer} does not answer in time`
    return { kind: 'no-key', problem, suggestion }
  }
  if (parts.faults.take('issuer-unreachable') === null) return null
  return { kind: 'no-key', problem: `the sandbox was told that ${issuer} cannot be reached`, suggestion }
}
