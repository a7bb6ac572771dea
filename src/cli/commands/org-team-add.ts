import { organizationChange } from '../organization-command.ts'

/** `esc org team add`. */
export const command = organizationChange({
  usage: '<team> <login>',
  summary: 'Add a member to a team',
  examples: ['esc org team add core ben'],
  async change(server, org, [team = '', login = '']) {
    await server.call('UpdateTeam', { path: { org, team }, body: { addMember: login } })
    return `${login} is in ${team}`
  },
})
