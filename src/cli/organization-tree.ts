import type { Entry } from './tree.ts'

/** The commands below `esc org`. */
export const organizationTree: Entry = {
  name: 'org',
  summary: 'Administer an organization: members, teams, roles, trusted issuers, settings',
  children: [
    {
      name: 'member',
      summary: 'Who belongs to the organization',
      children: [
        {
          name: 'ls',
          summary: 'List the members',
          load: () => import('./commands/org-member-ls.ts'),
        },
        {
          name: 'set',
          summary: 'Make somebody a member, or change their role',
          load: () => import('./commands/org-member-set.ts'),
        },
        {
          name: 'rm',
          summary: 'End a membership',
          load: () => import('./commands/org-member-rm.ts'),
        },
      ],
    },
    {
      name: 'team',
      summary: 'Members who share rights and tokens',
      children: [
        {
          name: 'ls',
          summary: 'List the teams and who belongs to them',
          load: () => import('./commands/org-team-ls.ts'),
        },
        {
          name: 'new',
          summary: 'Make a team',
          load: () => import('./commands/org-team-new.ts'),
        },
        {
          name: 'add',
          summary: 'Add a member to a team',
          load: () => import('./commands/org-team-add.ts'),
        },
        {
          name: 'drop',
          summary: 'Take a member out of a team',
          load: () => import('./commands/org-team-drop.ts'),
        },
        {
          name: 'grant',
          summary: 'Say what a team may do with an environment',
          load: () => import('./commands/org-team-grant.ts'),
        },
        {
          name: 'rm',
          summary: 'Remove a team',
          load: () => import('./commands/org-team-rm.ts'),
        },
      ],
    },
    {
      name: 'role',
      summary: 'Rights by project, name or tag',
      children: [
        {
          name: 'ls',
          summary: 'List the custom roles',
          load: () => import('./commands/org-role-ls.ts'),
        },
        {
          name: 'get',
          summary: 'Show a custom role',
          load: () => import('./commands/org-role-get.ts'),
        },
        {
          name: 'set',
          summary: 'Make a custom role, or replace all of it',
          load: () => import('./commands/org-role-set.ts'),
        },
        {
          name: 'rm',
          summary: 'Remove a custom role',
          load: () => import('./commands/org-role-rm.ts'),
        },
      ],
    },
    {
      name: 'issuer',
      summary: 'Whose tokens can be exchanged for access tokens',
      children: [
        {
          name: 'ls',
          summary: 'List the trusted issuers',
          load: () => import('./commands/org-issuer-ls.ts'),
        },
        {
          name: 'trust',
          summary: 'Let tokens of an issuer be exchanged, once a policy allows',
          load: () => import('./commands/org-issuer-trust.ts'),
        },
        {
          name: 'policy',
          summary: 'Show or replace what its tokens are worth',
          load: () => import('./commands/org-issuer-policy.ts'),
        },
        {
          name: 'rm',
          summary: 'End the trust in an issuer',
          load: () => import('./commands/org-issuer-rm.ts'),
        },
      ],
    },
    {
      name: 'settings',
      summary: 'What holds for the organization',
      children: [
        {
          name: 'get',
          summary: 'Show the settings',
          load: () => import('./commands/org-settings-get.ts'),
        },
        {
          name: 'set',
          summary: 'Change a setting',
          load: () => import('./commands/org-settings-set.ts'),
        },
      ],
    },
  ],
}
