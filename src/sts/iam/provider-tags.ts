import { type Action, iamAction, providerResource } from '../action.ts'
import { constraints } from '../protocol/constraints.ts'
import { paged } from './paging.ts'
import { requireProvider, saveProvider } from './provider-record.ts'
import { caseSensitive, mergeTags, readTags, removeTags } from './tags.ts'

/** Adds or replaces tags of a provider. */
export const tagOpenIDConnectProvider: Action = iamAction(
  'TagOpenIDConnectProvider',
  providerResource,
  async (call, parts) => {
    const provider = requireProvider(call, parts)
    const tags = mergeTags(provider.tags, readTags(call.params, caseSensitive), caseSensitive)
    await saveProvider(call, parts, { ...provider, tags })
    return null
  },
)

/** Takes tags of a provider away. */
export const untagOpenIDConnectProvider: Action = iamAction(
  'UntagOpenIDConnectProvider',
  providerResource,
  async (call, parts) => {
    const provider = requireProvider(call, parts)
    const tags = removeTags(provider.tags, call.params, caseSensitive)
    await saveProvider(call, parts, { ...provider, tags })
    return null
  },
)

/** The tags of a provider, in pages. */
export const listOpenIDConnectProviderTags: Action = iamAction(
  'ListOpenIDConnectProviderTags',
  providerResource,
  async (call, parts) => {
    const provider = requireProvider(call, parts)
    const page = paged(constraints(call.params), provider.tags)
    return {
      Tags: page.items.map((tag) => ({ Key: tag.key, Value: tag.value })),
      IsTruncated: page.marker !== null,
      Marker: page.marker,
    }
  },
)
