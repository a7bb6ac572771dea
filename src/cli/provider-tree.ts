import type { Entry } from './tree.ts'

/** The commands that write a login block. */
export const providers: Entry = {
  name: 'provider',
  summary: 'Write the block that logs in to a cloud',
  children: [
    {
      name: 'aws-login',
      summary: 'Log in to AWS',
      children: [
        {
          name: 'static',
          summary: 'With a stored access key',
          load: () => import('./commands/env-provider-aws-login-static.ts'),
        },
        {
          name: 'oidc',
          summary: 'By assuming a role with a token of this environment',
          load: () => import('./commands/env-provider-aws-login-oidc.ts'),
        },
      ],
    },
    {
      name: 'azure-login',
      summary: 'Log in to Azure',
      children: [
        {
          name: 'static',
          summary: 'With a stored client secret',
          load: () => import('./commands/env-provider-azure-login-static.ts'),
        },
        {
          name: 'oidc',
          summary: 'With a token of this environment',
          load: () => import('./commands/env-provider-azure-login-oidc.ts'),
        },
      ],
    },
    {
      name: 'gcp-login',
      summary: 'Log in to Google Cloud',
      children: [
        {
          name: 'static',
          summary: 'With a stored access token',
          load: () => import('./commands/env-provider-gcp-login-static.ts'),
        },
        {
          name: 'oidc',
          summary: 'With a token of this environment',
          load: () => import('./commands/env-provider-gcp-login-oidc.ts'),
        },
      ],
    },
  ],
}
