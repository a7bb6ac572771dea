import { text, texts } from '../flags.ts'
import { block } from '../provider-block.ts'
import { providerCommand } from '../provider-command.ts'

/** `esc env provider aws-login oidc`. */
export const command = providerCommand({
  provider: 'aws-login',
  summary: 'Log in to AWS by assuming a role with a token of this environment',
  examples: [
    'esc env provider aws-login oidc acme/web/dev arn:aws:iam::123456789012:role/deployer environments-session',
    'esc env provider aws-login oidc acme/web/dev arn:aws:iam::123456789012:role/deployer s --duration 1h --create',
  ],
  words: ['role-arn', 'session-name'],
  path: 'aws.login',
  flags: {
    duration: text('How long the credentials are good, for example 1h', { placeholder: 'duration' }),
    'policy-arn': texts('A session policy that narrows the role; may be repeated', { placeholder: 'arn' }),
    'subject-attribute': texts('An attribute to put in the subject of the token; may be repeated', {
      placeholder: 'attribute',
    }),
  },
  inputs: ([roleArn = '', sessionName = ''], flags) =>
    block({
      oidc: block({
        roleArn,
        sessionName,
        duration: flags.duration,
        policyArns: flags['policy-arn'],
        subjectAttributes: flags['subject-attribute'],
      }),
    }),
})
