import type { WireSigningKey } from '../client/index.ts'
import type { Output } from './output.ts'

const columns = [
  { header: 'issuer' },
  { header: 'state' },
  { header: 'kid' },
  { header: 'published' },
  { header: 'signs since' },
  { header: 'retired' },
]

/** Prints the keys of the issuers, one a row. */
export function printSigningKeys(out: Output, keys: readonly WireSigningKey[], asJson: boolean): void {
  if (asJson) out.json({ keys })
  else {
    out.table(
      columns,
      keys.map(({ issuer, state, kid, published, activated, retired }) => [
        issuer,
        state,
        kid,
        published,
        activated,
        retired,
      ]),
    )
  }
}
