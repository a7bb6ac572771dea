import { text } from '../flags.ts'
import { block, secretNode } from '../provider-block.ts'
import { providerCommand } from '../provider-command.ts'

/** `esc env provider aws-login static`. */
export const command = providerCommand({
  provider: 'aws-login',
  summary: 'Log in to AWS with a stored access key',
  examples: ['esc env provider aws-login static acme/web/dev AKIAEXAMPLE "$SECRET_ACCESS_KEY"'],
  words: ['access-key-id', 'secret-access-key'],
  path: 'aws.login',
  flags: { 'session-token': text('The session token of temporary credentials') },
  inputs: ([accessKeyId = '', secretAccessKey = ''], flags) =>
    block({
      static: block({
        accessKeyId,
        secretAccessKey: secretNode(secretAccessKey),
        sessionToken: secretNode(flags['session-token']),
      }),
    }),
})
