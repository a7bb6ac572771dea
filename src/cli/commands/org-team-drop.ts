import { organizationChange } from '../organization-command.ts'

/** `esc org team drop`. */
export const command = organizationChange({
  usage: '<team> <login>',
  summary: 'Take a member out of a team',
  examples: ['esc org team drop core ben'],
  async change(server, org, [team = '', login = '']) {
    await server.call('UpdateTeam', { path: { org, team }, body: { removeMember: login } })
    return `${login} is no longer in ${team}`
  },
})
