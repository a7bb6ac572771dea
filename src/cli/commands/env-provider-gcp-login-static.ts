import { text } from '../flags.ts'
import { projectNumber } from '../gcp-project.ts'
import { block, secretNode } from '../provider-block.ts'
import { providerCommand } from '../provider-command.ts'

/** `esc env provider gcp-login static`. */
export const command = providerCommand({
  provider: 'gcp-login',
  summary: 'Log in to Google Cloud with a stored access token',
  examples: ['esc env provider gcp-login static acme/web/dev 123456789 "$ACCESS_TOKEN"'],
  words: ['project-number', 'access-token'],
  path: 'gcp.login',
  flags: {
    'service-account': text('The service account to impersonate', { placeholder: 'email' }),
    'token-lifetime': text('How long the impersonation is good, for example 1h', { placeholder: 'duration' }),
  },
  inputs: ([project = '', accessToken = ''], flags) =>
    block({
      project: projectNumber(project),
      accessToken: block({
        accessToken: secretNode(accessToken),
        serviceAccount: flags['service-account'],
        tokenLifetime: flags['token-lifetime'],
      }),
    }),
})
