import { type Refusal, refuse } from './refusal.ts'
import type { Claims } from './request.ts'

/** `effective` is `azp`, else the single `aud`; `original` is `aud` as a list. */
export interface TokenAudience {
  readonly effective: string
  readonly original: readonly string[]
}

/** Reads the audience of a token (§2.4). An empty `azp` counts as present, a null one does not. */
export function audienceOf(claims: Claims): TokenAudience | Refusal {
  const given = claims['aud']
  const original = (Array.isArray(given) ? given : [given]).map(asText)
  if (original.length === 0) {
    return refuse('EMPTY_AUDIENCE', {}, '`aud` is an empty list', 'let the issuer name one audience')
  }
  const party = claims['azp']
  if (party !== undefined && party !== null) return { effective: asText(party), original }
  if (original.length > 1) {
    return refuse(
      'MULTIPLE_AUDIENCES_NO_AZP',
      {},
      `the token has ${original.length} audiences and no \`azp\` to say which one counts`,
      'ask the issuer for a token with one audience',
    )
  }
  return { effective: original[0]!, original }
}

/** Compares the effective audience with the client ids; `null` = a built-in provider, which lists none. */
export function checkAudience(
  audience: TokenAudience | Refusal,
  clientIds: readonly string[] | null,
): Refusal | null {
  if ('reasonCode' in audience) return audience
  if (clientIds === null || clientIds.includes(audience.effective)) return null
  const ids = clientIds.map((id) => `\`${id}\``).join(', ')
  return refuse(
    'AUDIENCE_NOT_REGISTERED',
    {},
    `the audience \`${audience.effective}\` is not a client id of the provider, which has ${ids || 'none'}`,
    `add the client id to the provider, or let the issuer mint for ${ids || 'a registered audience'}`,
  )
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
