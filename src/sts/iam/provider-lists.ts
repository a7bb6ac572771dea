import { type Action, iamAction, providerResource } from '../action.ts'
import { invalidInput, limitExceeded } from '../protocol/aws-refusal.ts'
import { constraints } from '../protocol/constraints.ts'
import { type Params, textList } from '../protocol/params.ts'
import { maxClientIds, maxThumbprints, requireProvider, saveProvider } from './provider-record.ts'

/** @throws AwsRefusal `InvalidInput` unless a client id has 1 to 255 characters */
export function checkClientId(id: string): void {
  if (id.length >= 1 && id.length <= 255) return
  const reason = `a client id must have 1 to 255 characters, got ${id.length}`
  throw invalidInput('Invalid client id.', reason, 'pass the audience of the tokens as client id')
}

/**
 * The `ThumbprintList` of a request, lower-cased; `null` when it is absent or empty.
 *
 * @throws AwsRefusal `InvalidInput` for more than 5 or one that has not 40 characters
 */
export function readThumbprints(params: Params): readonly string[] | null {
  const given = textList(params, 'ThumbprintList')
  if (given === null || given.length === 0) return null
  if (given.length > maxThumbprints) {
    throw invalidInput('Thumbprint list must contain fewer than 5 entries.')
  }
  for (const thumbprint of given) {
    if (thumbprint.length === 40) continue
    const reason = `a thumbprint must have 40 characters, got ${thumbprint.length}`
    throw invalidInput('Invalid thumbprint.', reason, 'pass the SHA-1 of the certificate in hex, no colons')
  }
  return given.map((thumbprint) => thumbprint.toLowerCase())
}

/** Registers a client id; one that is there already is no error. */
export const addClientIDToOpenIDConnectProvider: Action = iamAction(
  'AddClientIDToOpenIDConnectProvider',
  providerResource,
  async (call, parts) => {
    const id = readClientId(call.params)
    const provider = requireProvider(call, parts)
    if (provider.clientIds.includes(id)) return null
    if (provider.clientIds.length >= maxClientIds) {
      throw limitExceeded('ClientIdsPerOpenIdConnectProvider', maxClientIds)
    }
    await saveProvider(call, parts, { ...provider, clientIds: [...provider.clientIds, id] })
    return null
  },
)

/** Takes a client id away; one that is not there is no error. */
export const removeClientIDFromOpenIDConnectProvider: Action = iamAction(
  'RemoveClientIDFromOpenIDConnectProvider',
  providerResource,
  async (call, parts) => {
    const id = readClientId(call.params)
    const provider = requireProvider(call, parts)
    const clientIds = provider.clientIds.filter((one) => one !== id)
    await saveProvider(call, parts, { ...provider, clientIds })
    return null
  },
)

function readClientId(params: Params): string {
  const check = constraints(params)
  const id = check.required('ClientID', { min: 1, max: 255 })
  check.done()
  return id
}

/** Replaces the thumbprints, of which at least one must be given. */
export const updateOpenIDConnectProviderThumbprint: Action = iamAction(
  'UpdateOpenIDConnectProviderThumbprint',
  providerResource,
  async (call, parts) => {
    const thumbprints = readThumbprints(call.params)
    const provider = requireProvider(call, parts)
    if (thumbprints === null) throw invalidInput('Thumbprint list must contain at least one entry.')
    await saveProvider(call, parts, { ...provider, thumbprints })
    return null
  },
)
