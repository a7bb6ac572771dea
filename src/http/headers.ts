/** The headers of every answer (S-57). `no-store` gives way where an answer says how long it may be kept. */
export const commonHeaders: Readonly<Record<string, string>> = Object.freeze({
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': '',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
})

/** The header that carries the id of a request into support questions; the CLI prints it with 5xx answers. */
export const requestIdHeader = 'x-pulumi-request-id'

/** The header of a refusal with its stable code in lower case, for programs. */
export const reasonHeader = 'openesc-reason'

/** The header of a refusal with one next step, for a person. */
export const hintHeader = 'openesc-hint'

/**
 * The access token of an `Authorization` header: `token <text>`, the scheme in any letter case, or `Bearer <text>`.
 * `null` when there is none; for another scheme a text that no token has.
 */
export function accessToken(header: string | undefined): string | null {
  if (header === undefined || header.trim() === '') return null
  const [, scheme = '', token = ''] = /^\s*(\S+)\s+(\S+)\s*$/.exec(header) ?? []
  return /^(?:token|bearer)$/i.test(scheme) ? token : ' '
}
