import { z } from 'zod'

/** A webhook. Its secret is never in an answer. */
export const webhook = z
  .strictObject({
    active: z.boolean(),
    displayName: z.string(),
    name: z.string(),
    organizationName: z.string(),
    projectName: z.string(),
    envName: z.string(),
    payloadUrl: z.string(),
    filters: z.array(z.string()),
    groups: z.array(z.string()),
    format: z.string(),
    hasSecret: z.boolean(),
  })
  .meta({ id: 'Webhook' })

/** All webhooks of an environment. */
export const webhookList = z.array(webhook)

const text = z
  .string()
  .max(2_048)
  .nullish()
  .transform((value) => value ?? undefined)
const list = z
  .array(z.string())
  .max(50)
  .nullish()
  .transform((value) => value ?? [])

/** The body of a webhook's creation or change. The three names must equal the path where they are given. */
export const webhookRequest = z
  .object({
    active: z
      .boolean()
      .nullish()
      .transform((value) => value ?? false),
    displayName: text.transform((value) => value ?? ''),
    payloadUrl: text.transform((value) => value ?? ''),
    filters: list,
    groups: list,
    format: text,
    secret: text,
    name: text,
    organizationName: text,
    projectName: text,
    envName: text,
  })
  .meta({ id: 'WebhookRequest' })

/** One try to tell a webhook something. */
export const delivery = z
  .strictObject({
    id: z.string(),
    kind: z.string(),
    timestamp: z.int(),
    duration: z.int(),
    payload: z.string(),
    requestUrl: z.string(),
    requestHeaders: z.string(),
    responseCode: z.int(),
    responseHeaders: z.string(),
    responseBody: z.string(),
  })
  .meta({ id: 'WebhookDelivery' })

/** Deliveries, newest first. */
export const deliveryList = z.array(delivery)

const referrer = z
  .strictObject({
    environment: z.strictObject({ project: z.string(), name: z.string(), revision: z.int() }),
  })
  .meta({ id: 'Referrer' })

/** Who imports an environment, by the revision or tag that they name. */
export const referrerList = z
  .strictObject({
    referrers: z.record(z.string(), z.array(referrer)),
    continuationToken: z.string().min(1).optional(),
  })
  .meta({ id: 'Referrers' })

/** The same for one version, as a flat list. */
export const flatReferrerList = z
  .strictObject({ referrers: z.array(referrer), nextToken: z.string().min(1).optional() })
  .meta({ id: 'VersionReferrers' })
