import { texts } from '../flags.ts'
import { block } from '../provider-block.ts'
import { providerCommand } from '../provider-command.ts'

/** `esc env provider azure-login oidc`. */
export const command = providerCommand({
  provider: 'azure-login',
  summary: 'Log in to Azure with a token of this environment',
  examples: [
    'esc env provider azure-login oidc acme/web/dev "$TENANT" /subscriptions/"$SUBSCRIPTION" "$CLIENT"',
  ],
  words: ['tenant-id', 'subscription-id', 'client-id'],
  path: 'azure.login',
  flags: {
    'subject-attribute': texts('An attribute to put in the subject of the token; may be repeated', {
      placeholder: 'attribute',
    }),
  },
  inputs: ([tenantId = '', subscriptionId = '', clientId = ''], flags) =>
    block({ clientId, tenantId, subscriptionId, oidc: true, subjectAttributes: flags['subject-attribute'] }),
})
