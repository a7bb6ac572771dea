import { type Action, iamAction, roleResource } from '../action.ts'
import { constraints } from '../protocol/constraints.ts'
import { paged } from './paging.ts'
import { requireRole, saveRole } from './role-record.ts'
import { caseInsensitive, mergeTags, readTags, removeTags } from './tags.ts'

/** Adds or replaces tags of a role. */
export const tagRole: Action = iamAction('TagRole', roleResource, async (call, parts) => {
  const role = requireRole(call, parts)
  const tags = mergeTags(role.tags, readTags(call.params, caseInsensitive), caseInsensitive)
  await saveRole(call, parts, { ...role, tags })
  return null
})

/** Takes tags of a role away. */
export const untagRole: Action = iamAction('UntagRole', roleResource, async (call, parts) => {
  const role = requireRole(call, parts)
  await saveRole(call, parts, { ...role, tags: removeTags(role.tags, call.params, caseInsensitive) })
  return null
})

/** The tags of a role, in pages. */
export const listRoleTags: Action = iamAction('ListRoleTags', roleResource, async (call, parts) => {
  const role = requireRole(call, parts)
  const page = paged(constraints(call.params), role.tags)
  return {
    Tags: page.items.map((tag) => ({ Key: tag.key, Value: tag.value })),
    IsTruncated: page.marker !== null,
    Marker: page.marker,
  }
})
