import { z } from 'zod'
import { diagnostic, range } from './problem.ts'

/** A value with its secrecy and origin; containers hold values again. */
export interface WireValue {
  value: null | boolean | number | string | WireValue[] | { [key: string]: WireValue }
  secret?: true | undefined
  unknown?: true | undefined
  trace: { def: z.infer<typeof range>; base?: WireValue | undefined }
}

/** @see WireValue */
export const value: z.ZodType<WireValue> = z
  .lazy(() =>
    z.strictObject({
      value: z.union([
        z.null(),
        z.boolean(),
        z.number(),
        z.string(),
        z.array(value),
        z.record(z.string(), value),
      ]),
      secret: z.literal(true).optional(),
      unknown: z.literal(true).optional(),
      trace: z.strictObject({ def: range, base: value.optional() }),
    }),
  )
  .meta({ id: 'Value' })

const schema = z
  .union([z.boolean(), z.looseObject({})])
  .describe('JSON Schema with `secret` and `rotateOnly`.')

const expr = z.looseObject({ range, schema: schema.optional() }).meta({ id: 'Expr' })

const environmentMembers = {
  exprs: z.record(z.string(), expr).optional(),
  properties: z.record(z.string(), value).optional(),
  schema: schema.optional(),
  executionContext: z
    .strictObject({ properties: z.record(z.string(), value).optional(), schema: schema.optional() })
    .optional(),
}

/** An evaluated environment; `{}` when it holds nothing. */
export const environment = z.strictObject(environmentMembers).meta({ id: 'Environment' })

/** A check's answer: the environment without opened values, and warnings. */
export const checkedEnvironment = z
  .strictObject({ ...environmentMembers, diagnostics: z.array(diagnostic).min(1).optional() })
  .meta({ id: 'CheckEnvironment' })

/** The whole result, or one value when a property was asked for. */
export const environmentOrValue = z.union([value, environment])

/**
 * The id of an open session. Nothing else, since strict clients refuse more; but who asked for it by `Prefer:
 * return=representation` (RFC 7240) gets the values with it, and the warnings.
 */
export const openSession = z
  .strictObject({
    id: z.string().min(1),
    environment: environment.optional(),
    diagnostics: z.array(diagnostic).min(1).optional(),
  })
  .meta({ id: 'OpenEnvironment' })
