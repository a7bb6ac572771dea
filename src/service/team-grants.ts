import type { ReadTransaction, Transaction } from '../store/index.ts'

/** The setting of an organization that holds its teams: user ids by name. */
export const teamsSetting = 'teams'

/** The setting of an environment that holds the levels granted to teams, by name. */
export const teamGrantsSetting = 'teamGrants'

/** The teams of an organization: user ids by name. */
export async function teamsOf(
  transaction: ReadTransaction,
  organizationId: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const stored = await transaction.settings.get(organizationId, teamsSetting)
  return new Map(Object.entries((stored ?? {}) as Readonly<Record<string, readonly string[]>>))
}

/** The levels that an environment grants to teams that somebody belongs to, or that a token acts for. */
export async function teamLevels(
  transaction: ReadTransaction,
  environment: { readonly id: string; readonly organizationId: string },
  who: { readonly userId: string | null; readonly team: string | null },
): Promise<readonly unknown[]> {
  const stored = await transaction.settings.get(environment.id, teamGrantsSetting)
  if (typeof stored !== 'object' || stored === null) return []
  const teams = await teamsOf(transaction, environment.organizationId)
  return Object.entries(stored)
    .filter(([team]) => {
      const members = teams.get(team)
      if (members === undefined) return false
      return team === who.team || (who.userId !== null && members.includes(who.userId))
    })
    .map(([, level]) => level)
}

/** Takes a user out of all teams, so that who comes back later is in none. */
export async function dropFromTeams(
  transaction: Transaction,
  organizationId: string,
  userId: string,
): Promise<void> {
  const teams = await teamsOf(transaction, organizationId)
  if (![...teams.values()].some((members) => members.includes(userId))) return
  const without = [...teams].map(([name, members]) => [name, members.filter((id) => id !== userId)])
  await transaction.settings.put(organizationId, teamsSetting, Object.fromEntries(without))
}
