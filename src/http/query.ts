import { z } from 'zod'
import { AppError } from '../diag/index.ts'
import { describeIssue } from './issue.ts'

/** A parameter of free text. */
export const text: () => z.ZodOptional<z.ZodString> = () => z.string().max(2_048).optional()

/** A whole number from 0, or empty like absent; what is above `highest` counts as `highest`. */
export function wholeNumber(highest: number): z.ZodOptional<z.ZodType<number, string>> {
  return z
    .string()
    .regex(/^[0-9]{0,15}$/, 'wanted a whole number')
    .transform((digits) => Math.min(Number(digits), highest))
    .optional()
}

/** Where a page goes on: a number that an answer gave. Another text is refused, or else its sender would read the first page for ever. */
export function cursor(): z.ZodOptional<z.ZodString> {
  return z
    .string()
    .regex(/^\d{0,15}$/, 'wanted the token that came with the page before; leave it out for the first page')
    .optional()
}

/** One of some words; the first of them, or `initial`, when absent. */
export function oneOf<Word extends string>(
  words: readonly [Word, ...Word[]],
  initial: Word,
): z.ZodDefault<z.ZodType<Word, Word>> {
  return (z.enum(words, `wanted one of ${words.join(', ')}`) as unknown as z.ZodType<Word, Word>).default(
    initial as never,
  )
}

/** A page size: 0 means that the caller leaves it to the server. */
export function count(): z.ZodOptional<z.ZodType<number | undefined, string>> {
  return z
    .string()
    .regex(/^[0-9]{0,15}$/, 'wanted a whole number')
    .transform((digits) => (Number(digits) === 0 ? undefined : Math.min(Number(digits), 500)))
    .optional()
}

/** `true` or `false`, in the spellings that clients send. */
export function flag(): z.ZodOptional<z.ZodType<boolean, string>> {
  return z
    .enum(['true', 'false', '1', '0', 'True', 'False', ''], 'wanted `true` or `false`')
    .transform((word) => word.toLowerCase() === 'true' || word === '1')
    .optional()
}

/**
 * The parameters that a route knows. An empty one counts as absent, an unknown one is left alone (newer clients send more),
 * and one given twice is refused: nobody can say which was meant.
 *
 * @throws AppError REQUEST_INVALID
 */
export function parseQuery(schema: z.ZodObject | null, url: string): unknown {
  if (schema === null) return {}
  const [, search = ''] = /^[^?#]*\?([^#]*)/.exec(url) ?? []
  const parameters = new URLSearchParams(search)
  const given: Record<string, string> = {}
  for (const name of Object.keys(schema.shape)) {
    const values = parameters.getAll(name).filter((value) => value !== '')
    if (values.length > 1) {
      throw new AppError('REQUEST_INVALID', {
        what: `query parameter \`${name}\` is given ${values.length} times`,
        hint: 'give it once',
      })
    }
    if (values[0] !== undefined) given[name] = values[0]
  }
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new AppError('REQUEST_INVALID', { what: describeIssue('query parameter', parsed.error), hint: '' })
}
