import { organizationChange } from '../organization-command.ts'

/** `esc org role rm`. */
export const command = organizationChange({
  usage: '<role>',
  summary: 'Remove a custom role; who held it loses what it allowed at once',
  examples: ['esc org role rm developers'],
  async change(server, org, [role = '']) {
    await server.call('DeleteRole', { path: { org, role } })
    return `role ${role} is gone`
  },
})
