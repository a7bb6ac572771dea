import { text, texts } from '../flags.ts'
import { projectNumber } from '../gcp-project.ts'
import { block } from '../provider-block.ts'
import { providerCommand } from '../provider-command.ts'

/** `esc env provider gcp-login oidc`. */
export const command = providerCommand({
  provider: 'gcp-login',
  summary: 'Log in to Google Cloud with a token of this environment',
  examples: [
    'esc env provider gcp-login oidc acme/web/dev 123456789 --workload-pool-id pool --provider-id esc --service-account deployer@p.iam.gserviceaccount.com',
  ],
  words: ['project-number'],
  path: 'gcp.login',
  flags: {
    'workload-pool-id': text('The workload identity pool (required)', { required: true }),
    'provider-id': text('The provider of the pool (required)', { required: true }),
    'service-account': text('The service account to impersonate (required)', {
      required: true,
      placeholder: 'email',
    }),
    region: text('The region of the token service'),
    'token-lifetime': text('How long the access token is good, for example 1h', { placeholder: 'duration' }),
    'subject-attribute': texts('An attribute to put in the subject of the token; may be repeated', {
      placeholder: 'attribute',
    }),
  },
  inputs: ([project = ''], flags) =>
    block({
      project: projectNumber(project),
      oidc: block({
        workloadPoolId: flags['workload-pool-id'],
        providerId: flags['provider-id'],
        serviceAccount: flags['service-account'],
        region: flags.region,
        tokenLifetime: flags['token-lifetime'],
        subjectAttributes: flags['subject-attribute'],
      }),
    }),
})
