import { organizationList } from '../organization-command.ts'
import { describeRule } from '../role-text.ts'

/** `esc org role ls`. */
export const command = organizationList({
  summary: 'List the custom roles: what they allow where, and who holds them',
  examples: ['esc org role ls', 'esc org role ls --output json'],
  member: 'roles',
  items: async (server, org) => (await server.call('ListRoles', { path: { org } })).roles,
  columns: [{ header: 'role' }, { header: 'allows' }, { header: 'held by' }],
  row: ({ name, rules, organization, members, teams }) => [
    name,
    [...rules.map(describeRule), ...organization].join('; '),
    [...members, ...teams.map((team) => `team ${team}`)].join(' '),
  ],
})
