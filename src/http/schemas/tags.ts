import { z } from 'zod'

/** A key and value on an environment. No `id`: a strict client refuses it. */
export const tag = z
  .strictObject({
    name: z.string(),
    value: z.string(),
    created: z.string(),
    modified: z.string(),
    editorLogin: z.string(),
    editorName: z.string(),
  })
  .meta({ id: 'EnvironmentTag' })

/** A page of tags by name; `nextToken` is `"0"` on the last one, which is the only end that one client knows. */
export const tagList = z
  .strictObject({ tags: z.record(z.string(), tag), nextToken: z.string().min(1) })
  .meta({ id: 'ListEnvironmentTags' })

/** The values in use of each tag name. */
export const tagValues = z.record(z.string(), z.array(z.string())).meta({ id: 'TagValues' })

/** The body of a tag's creation. */
export const createTag = z
  .object({ name: z.string(), value: z.string() })
  .meta({ id: 'CreateEnvironmentTag' })

const half = z.object({
  name: z
    .string()
    .nullish()
    .transform((name) => name ?? undefined),
  value: z
    .string()
    .nullish()
    .transform((value) => value ?? undefined),
})

/** The body of a tag's change; an empty member of `newTag` keeps what there is. */
export const updateTag = z
  .object({
    currentTag: half.nullish().transform((part) => part ?? undefined),
    newTag: half.nullish().transform((part) => part ?? undefined),
  })
  .meta({ id: 'UpdateEnvironmentTag' })
