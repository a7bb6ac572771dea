import { type Action, iamAction, providerResource } from '../action.ts'
import { withoutScheme } from '../arn.ts'
import { isoSeconds } from '../protocol/instant.ts'
import { withoutProvider } from '../state.ts'
import { requireProvider } from './provider-record.ts'
import { tagsNode } from './tags.ts'

/** A provider as it is stored; the URL comes back without its scheme, as IAM gives it. */
export const getOpenIDConnectProvider: Action = iamAction(
  'GetOpenIDConnectProvider',
  providerResource,
  async (call, parts) => {
    const provider = requireProvider(call, parts)
    return {
      Url: withoutScheme(provider.url),
      ClientIDList: provider.clientIds,
      ThumbprintList: provider.thumbprints,
      CreateDate: isoSeconds(provider.createdAtSeconds),
      Tags: tagsNode(provider.tags),
    }
  },
)

/** The ARNs of the account's providers; IAM does not page this list. */
export const listOpenIDConnectProviders: Action = iamAction(
  'ListOpenIDConnectProviders',
  () => '*',
  async (call, parts) => {
    const own = [...parts.state.now().providers.values()].filter(
      (provider) => provider.account === call.caller.account,
    )
    return { OpenIDConnectProviderList: own.map((provider) => ({ Arn: provider.arn })) }
  },
)

/** Deletes a provider; roles that trust it stay as they are and admit nobody through it. */
export const deleteOpenIDConnectProvider: Action = iamAction(
  'DeleteOpenIDConnectProvider',
  providerResource,
  async (call, parts) => {
    const provider = requireProvider(call, parts, (arn) => `OpenId connect Provider ${arn} cannot be found.`)
    await parts.state.change(call.nowMs, withoutProvider(parts.state.now(), provider.arn))
    return null
  },
)
