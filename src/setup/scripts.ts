import { issuerHost, providerArn, type SetupTarget, trustPolicy } from './target.ts'

/** Commands of the AWS CLI for a POSIX shell. */
export function awsCli(target: SetupTarget): string {
  const provider = `aws iam create-open-id-connect-provider \\
  --url ${sh(target.issuer)} \\
  --client-id-list ${sh(target.audience)}

`
  return `#!/bin/sh
set -eu

${target.createsProvider ? provider : ''}aws iam create-role \\
  --role-name ${sh(target.roleName)} \\
  --max-session-duration 3600 \\
  --assume-role-policy-document ${sh(JSON.stringify(trustPolicy(target), null, 2))}
`
}

/** A Pulumi program in TypeScript. */
export function pulumi(target: SetupTarget): string {
  const conditions = conditionLines(target)
  const provider = `const identityProvider = new aws.iam.OpenIdConnectProvider('esc', {
  url: ${js(target.issuer)},
  clientIdLists: [${js(target.audience)}],
})

`
  const arn = target.createsProvider ? 'identityProvider.arn' : `pulumi.output(${js(providerArn(target))})`
  return `import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'

${target.createsProvider ? provider : ''}const role = new aws.iam.Role('esc', {
  name: ${js(target.roleName)},
  maxSessionDuration: 3600,
  assumeRolePolicy: pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: ${arn} },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
${conditions.map((line) => `            ${line}`).join('\n')}
          },
        },
      },
    ],
  }),
})

/** What the login block names as its role. */
export const roleArn = role.arn
`
}

/** A CDK stack in TypeScript. */
export function cdk(target: SetupTarget): string {
  const provider = `    const identityProvider = new iam.OidcProviderNative(this, 'IdentityProvider', {
      url: ${js(target.issuer)},
      clientIds: [${js(target.audience)}],
    })
`
  const arn = target.createsProvider ? 'identityProvider.oidcProviderArn' : js(providerArn(target))
  return `import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'

/** Lets one environment become one role. */
export class EnvironmentAccess extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props)
${target.createsProvider ? provider : ''}    const role = new iam.Role(this, 'Role', {
      roleName: ${js(target.roleName)},
      maxSessionDuration: Duration.hours(1),
      assumedBy: new iam.FederatedPrincipal(
        ${arn},
        {
          StringEquals: {
${conditionLines(target)
  .map((line) => `            ${line}`)
  .join('\n')}
          },
        },
        'sts:AssumeRoleWithWebIdentity',
      ),
    })
    new CfnOutput(this, 'RoleArn', { value: role.roleArn })
  }
}
`
}

function conditionLines(target: SetupTarget): readonly string[] {
  const host = issuerHost(target)
  return [`${js(`${host}:aud`)}: ${js(target.audience)},`, `${js(`${host}:sub`)}: ${js(target.subject)},`]
}

function js(text: string): string {
  return JSON.stringify(text)
}

function sh(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
