import type { Entry } from '../tree.ts'

/** The commands about AWS. */
export const aws: Entry = {
  name: 'aws',
  summary: 'Set up, explain and prove the trust of AWS roles',
  children: [
    {
      name: 'setup',
      summary: 'Print what AWS needs to let an environment in',
      load: () => import('../commands/aws-setup.ts'),
    },
    {
      name: 'trust',
      summary: 'Look at the trust policies of roles',
      children: [
        {
          name: 'check',
          summary: 'Decide whether an environment can become a role, and say why',
          load: () => import('../commands/aws-trust-check.ts'),
        },
        {
          name: 'lint',
          summary: 'Find what is wrong with trust policies',
          load: () => import('../commands/aws-trust-lint.ts'),
        },
        {
          name: 'reach',
          summary: 'List exactly which environments can become the role',
          load: () => import('../commands/aws-trust-reach.ts'),
        },
        {
          name: 'roles',
          summary: 'List which roles an environment can become',
          load: () => import('../commands/aws-trust-roles.ts'),
        },
        {
          name: 'prove',
          summary: 'Prove that certain subjects can never become the role',
          load: () => import('../commands/aws-trust-prove.ts'),
        },
        {
          name: 'diff',
          summary: 'Tell who gains and who loses a role by a change of its policy',
          load: () => import('../commands/aws-trust-diff.ts'),
        },
      ],
    },
  ],
}
