import { z } from 'zod'

/** The providers by name. */
export const providerList = z.strictObject({ providers: z.array(z.string()) }).meta({ id: 'Providers' })

/** The rotators by name. */
export const rotatorList = z.strictObject({ rotators: z.array(z.string()) }).meta({ id: 'Rotators' })

const schema = z.union([z.boolean(), z.looseObject({})])

/** What a provider takes and gives. */
export const providerSchema = z
  .strictObject({ name: z.string(), description: z.string(), inputs: schema, outputs: schema })
  .meta({ id: 'ProviderSchema' })

/** What a rotator takes, keeps and gives. */
export const rotatorSchema = z
  .strictObject({
    name: z.string(),
    description: z.string(),
    inputs: schema,
    state: schema,
    outputs: schema,
  })
  .meta({ id: 'RotatorSchema' })
