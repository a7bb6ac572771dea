import { organizationChange } from '../organization-command.ts'

/** `esc org team new`. */
export const command = organizationChange({
  usage: '<team>',
  summary: 'Make a team without members',
  examples: ['esc org team new core'],
  async change(server, org, [team = '']) {
    await server.call('CreateTeam', { path: { org }, body: { name: team } })
    return `team ${team} is there; add members with \`esc org team add ${team} <login>\``
  },
})
