import { z } from 'zod'

const position = z.strictObject({ line: z.int(), column: z.int(), byte: z.int() })

/** A stretch of an environment's text. Strict clients want all three members. */
export const range = z
  .strictObject({ environment: z.string().min(1), begin: position, end: position })
  .meta({ id: 'Range' })

/** A finding about a definition. */
export const diagnostic = z
  .strictObject({
    range: range.optional(),
    summary: z.string(),
    detail: z.string().optional(),
    severity: z.enum(['error', 'warning']),
    path: z.string().optional(),
  })
  .meta({ id: 'Diagnostic' })

/** Every answer that is not a success. */
export const problemSchema = z
  .looseObject({
    code: z.int().describe('Equals the HTTP status.'),
    message: z.string(),
    diagnostics: z.array(diagnostic).min(1).optional(),
  })
  .meta({ id: 'Problem' })

/** A success that may carry warnings. */
export const warnings = z
  .strictObject({ diagnostics: z.array(diagnostic).min(1).optional() })
  .meta({ id: 'Warnings' })
