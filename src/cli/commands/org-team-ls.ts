import { organizationList } from '../organization-command.ts'

/** `esc org team ls`. */
export const command = organizationList({
  summary: 'List the teams and who belongs to them',
  examples: ['esc org team ls', 'esc org team ls --output json'],
  member: 'teams',
  items: async (server, org) => (await server.call('ListTeams', { path: { org } })).teams,
  columns: [{ header: 'team' }, { header: 'members' }],
  row: ({ name, members }) => [name, members.join(' ')],
})
