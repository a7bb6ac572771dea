/**
 * The spelling under which a name is unique within its parent, whatever its letter case (S-20). Lookups compare
 * the name itself.
 */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}
