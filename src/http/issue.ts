import type { z } from 'zod'

/** The first thing that is wrong with a parsed text, in words: where, and what was wanted. Never the value itself. */
export function describeIssue(what: string, error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue === undefined) return `invalid ${what}`
  const place = issue.path.map((step) => String(step)).join('.')
  const rule = issue.message.charAt(0).toLowerCase() + issue.message.slice(1)
  return place === '' ? `invalid ${what}: ${rule}` : `invalid ${what} \`${place}\`: ${rule}`
}
