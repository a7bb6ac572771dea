import type { TokenOwner } from '../client/index.ts'
import { text } from './flags.ts'

/** `--org`. */
export const ownerFlag = text('Tokens of this organization; default: your own')

/** Whose tokens `--org` speaks of. */
export function tokenOwner(org: string): TokenOwner {
  return org === '' ? null : org
}
