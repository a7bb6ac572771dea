import { block, secretNode } from '../provider-block.ts'
import { providerCommand } from '../provider-command.ts'

/** `esc env provider azure-login static`. */
export const command = providerCommand({
  provider: 'azure-login',
  summary: 'Log in to Azure with a stored client secret',
  examples: [
    'esc env provider azure-login static acme/web/dev "$TENANT" /subscriptions/"$SUBSCRIPTION" "$CLIENT" "$SECRET"',
  ],
  words: ['tenant-id', 'subscription-id', 'client-id', 'client-secret'],
  path: 'azure.login',
  flags: {},
  inputs: ([tenantId = '', subscriptionId = '', clientId = '', clientSecret = '']) =>
    block({ clientId, tenantId, subscriptionId, clientSecret: secretNode(clientSecret) }),
})
