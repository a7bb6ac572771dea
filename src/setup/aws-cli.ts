import { audienceCommand } from './audience-step.ts'
import { type SetupTarget, trustPolicy } from './target.ts'

/** Commands of the AWS CLI for a POSIX shell. */
export function awsCli(target: SetupTarget): string {
  const provider = target.createsProvider
    ? `aws iam create-open-id-connect-provider \\
  --url ${sh(target.issuer)} \\
  --client-id-list ${sh(target.audience)}
`
    : `# The provider exists: this adds the audience to those it has, and changes nothing when it is there.
${audienceCommand(target, sh)}
`
  const path = target.rolePath === '/' ? '' : `  --path ${sh(target.rolePath)} \\\n`
  const attachments = target.policyArns.map(
    (arn) => `
aws iam attach-role-policy \\
  --role-name ${sh(target.roleName)} \\
  --policy-arn ${sh(arn)}
`,
  )
  return `#!/bin/sh
set -eu

${provider}
aws iam create-role \\
  --role-name ${sh(target.roleName)} \\
${path}  --max-session-duration ${target.maxSessionSeconds} \\
  --assume-role-policy-document ${sh(JSON.stringify(trustPolicy(target), null, 2))}
${attachments.join('')}`
}

function sh(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
