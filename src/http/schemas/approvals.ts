import { z } from 'zod'
import { diagnostic } from './problem.ts'

const person = z.strictObject({ githubLogin: z.string(), name: z.string(), avatarUrl: z.string() })

/** A draft after a write. */
export const draftWrite = z
  .strictObject({
    changeRequestId: z.string(),
    latestRevisionNumber: z.int(),
    diagnostics: z.array(diagnostic).min(1).optional(),
  })
  .meta({ id: 'ChangeRequestRef' })

const requestMembers = {
  id: z.string(),
  orgID: z.string(),
  action: z.enum(['update', 'open']),
  status: z.string(),
  description: z.string(),
  createdAt: z.string(),
  createdBy: person,
  entity: z.strictObject({ entityType: z.literal('environment'), project: z.string(), name: z.string() }),
  latestRevisionNumber: z.int(),
}

/** A change request in a list. */
const request = z.strictObject(requestMembers).meta({ id: 'ChangeRequest' })

/** A page of change requests, newest first. */
export const changeRequestList = z
  .strictObject({ changeRequests: z.array(request), continuationToken: z.string().min(1).optional() })
  .meta({ id: 'ChangeRequests' })

/** A change request with what its gates want. */
export const changeRequestDetail = z
  .strictObject({
    ...requestMembers,
    gateEvaluation: z.strictObject({
      satisfied: z.boolean(),
      applicableGates: z.array(
        z.strictObject({
          id: z.string(),
          name: z.string(),
          satisfied: z.boolean(),
          ruleDetails: z.looseObject({}),
        }),
      ),
    }),
  })
  .meta({ id: 'ChangeRequestDetail' })

/** The story of a change request, oldest first. */
export const changeRequestEvents = z
  .strictObject({
    events: z.array(z.looseObject({ type: z.string(), createdAt: z.string(), createdBy: person })),
    continuationToken: z.string().min(1).optional(),
  })
  .meta({ id: 'ChangeRequestEvents' })

const text = z
  .string()
  .max(10_000)
  .nullish()
  .transform((value) => value ?? undefined)

/** A change of the description. */
export const describeRequest = z
  .object({ description: z.string().max(10_000) })
  .meta({ id: 'UpdateChangeRequest' })

/** The body of a submit. */
export const submitRequest = z.object({ description: text }).meta({ id: 'SubmitChangeRequest' })

/** The body of an approval: which text was seen. */
export const approveRequest = z
  .object({ revisionNumber: z.int().min(0), comment: text })
  .meta({ id: 'ApproveChangeRequest' })

/** A comment that may be left out. */
export const optionalComment = z.object({ comment: text }).meta({ id: 'OptionalComment' })

/** A comment. */
export const commentRequest = z.object({ comment: z.string().min(1).max(10_000) }).meta({ id: 'Comment' })

/** What an apply answers. */
export const applied = z
  .strictObject({ entityUrl: z.string(), message: z.string().optional() })
  .meta({ id: 'AppliedChangeRequest' })

/** How long an approved grant may wait, and how long the access lasts. */
export const openRequestTimes = z
  .object({
    grantExpirationSeconds: z.int().min(1).max(31_536_000).default(90_000),
    accessDurationSeconds: z.int().min(1).max(31_536_000).default(259_200),
  })
  .meta({ id: 'CreateOpenRequest' })

/** One entry for each gated environment, the asked one first. */
export const openRequestList = z
  .strictObject({
    changeRequests: z
      .array(
        z.strictObject({
          projectName: z.string(),
          environmentName: z.string(),
          changeRequestId: z.string(),
          latestRevisionNumber: z.int(),
          etag: z.string(),
        }),
      )
      .min(1),
  })
  .meta({ id: 'OpenRequests' })

/** One request to open. */
export const openRequest = z
  .strictObject({
    id: z.string(),
    status: z.string(),
    grantExpirationSeconds: z.int(),
    accessDurationSeconds: z.int(),
    createdAt: z.string(),
    createdBy: person,
    accessUntil: z.string().optional(),
  })
  .meta({ id: 'OpenRequest' })

/** The gates of an environment. */
export const gateList = z
  .strictObject({
    gates: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        enabled: z.boolean(),
        action: z.enum(['update', 'open']),
        approvals: z.int(),
        selfApproval: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Gates' })

/** The next gates of an environment. */
export const putGates = z
  .object({
    gates: z
      .array(
        z.object({
          name: z.string().min(1).max(100),
          enabled: z.boolean().default(true),
          action: z.enum(['update', 'open']),
          approvals: z.int().min(1).max(20).default(1),
          selfApproval: z.boolean().default(false),
        }),
      )
      .max(20),
  })
  .meta({ id: 'PutGates' })

/** Texts to seal. */
export const plaintexts = z.object({ plaintexts: z.array(z.string()).max(1_000) }).meta({ id: 'Plaintexts' })

/** Sealed texts. */
export const ciphertexts = z
  .object({ ciphertexts: z.array(z.string()).max(1_000) })
  .meta({ id: 'Ciphertexts' })
