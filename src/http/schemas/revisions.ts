import { z } from 'zod'

/** A revision in the history. Strict clients refuse unknown members, so the optional ones exist only when they say something. */
const revision = z
  .strictObject({
    number: z.int(),
    created: z.string(),
    creatorLogin: z.string(),
    creatorName: z.string(),
    tags: z.array(z.string()),
    retracted: z
      .strictObject({
        replacement: z.int(),
        at: z.string(),
        byLogin: z.string(),
        byName: z.string(),
        reason: z.string().optional(),
      })
      .optional(),
    sourceChangeRequest: z.strictObject({ id: z.string(), description: z.string() }).optional(),
  })
  .meta({ id: 'EnvironmentRevision' })

/** The history, newest first. */
export const revisionList = z.array(revision)

/** The body of a retraction. */
export const retractRevision = z
  .object({
    replacement: z
      .int()
      .min(1)
      .nullish()
      .transform((number) => number ?? undefined),
    reason: z
      .string()
      .max(1_000)
      .nullish()
      .transform((reason) => reason ?? undefined),
  })
  .meta({ id: 'RetractEnvironmentRevision' })

/** A named pointer to a revision. */
export const revisionTag = z
  .strictObject({
    name: z.string(),
    revision: z.int(),
    created: z.string(),
    modified: z.string(),
    editorLogin: z.string(),
    editorName: z.string(),
  })
  .meta({ id: 'EnvironmentRevisionTag' })

/** A page of revision tags. */
export const revisionTagList = z
  .strictObject({ tags: z.array(revisionTag), nextToken: z.string() })
  .meta({ id: 'EnvironmentRevisionTags' })

const target = z
  .int()
  .min(1)
  .nullish()
  .transform((number) => number ?? undefined)

/** The body of a tag's creation; without a revision, the newest. */
export const createRevisionTag = z
  .object({ name: z.string(), revision: target })
  .meta({ id: 'CreateEnvironmentRevisionTag' })

/** The body of a tag's move; without a revision, to the newest. */
export const moveRevisionTag = z.object({ revision: target }).meta({ id: 'UpdateEnvironmentRevisionTag' })
