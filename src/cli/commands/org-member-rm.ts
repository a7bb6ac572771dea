import { organizationChange } from '../organization-command.ts'

/** `esc org member rm`. */
export const command = organizationChange({
  usage: '<login>',
  summary: 'End a membership, with its teams, roles and opened sessions',
  examples: ['esc org member rm ben'],
  async change(server, org, [login = '']) {
    await server.call('RemoveMember', { path: { org, login } })
    return `${login} is no member any more`
  },
})
