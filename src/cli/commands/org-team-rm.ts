import { organizationChange } from '../organization-command.ts'

/** `esc org team rm`. */
export const command = organizationChange({
  usage: '<team>',
  summary: 'Remove a team with its grants, and revoke its tokens',
  examples: ['esc org team rm core'],
  async change(server, org, [team = '']) {
    await server.call('DeleteTeam', { path: { org, team } })
    return `team ${team} is gone`
  },
})
