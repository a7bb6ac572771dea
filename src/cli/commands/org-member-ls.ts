import { organizationList } from '../organization-command.ts'

/** `esc org member ls`. */
export const command = organizationList({
  summary: 'List the members of an organization',
  examples: ['esc org member ls', 'esc org member ls --org acme --output json'],
  member: 'members',
  items: async (server, org) => (await server.call('ListMembers', { path: { org } })).members,
  columns: [
    { header: 'login' },
    { header: 'role' },
    { header: 'name' },
    { header: 'email' },
    { header: 'since' },
  ],
  row: ({ user, role, created }) => [user.githubLogin, role, user.name, user.email, created],
})
