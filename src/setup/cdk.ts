import { issuerHost, providerArn, type SetupTarget } from './target.ts'

/** A CDK stack in TypeScript. */
export function cdk(target: SetupTarget): string {
  const host = issuerHost(target)
  const path = target.rolePath === '/' ? '' : `      path: ${js(target.rolePath)},\n`
  const arn = target.createsProvider ? 'identityProvider.oidcProviderArn' : js(providerArn(target))
  return `import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
${target.createsProvider ? '' : "import * as cr from 'aws-cdk-lib/custom-resources'\n"}import type { Construct } from 'constructs'

/** Lets one environment become one role. */
export class EnvironmentAccess extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props)
${target.createsProvider ? newProvider(target) : audience(target)}    const role = new iam.Role(this, 'Role', {
      roleName: ${js(target.roleName)},
${path}      maxSessionDuration: Duration.seconds(${target.maxSessionSeconds}),
      assumedBy: new iam.FederatedPrincipal(
        ${arn},
        {
          StringEquals: {
            ${js(`${host}:aud`)}: ${js(target.audience)},
            ${js(`${host}:sub`)}: ${js(target.subject)},
          },
        },
        'sts:AssumeRoleWithWebIdentity',
      ),
    })
${target.policyArns.map(attachment).join('')}    new CfnOutput(this, 'RoleArn', { value: role.roleArn })
  }
}
`
}

function newProvider(target: SetupTarget): string {
  return `    const identityProvider = new iam.OidcProviderNative(this, 'IdentityProvider', {
      url: ${js(target.issuer)},
      clientIds: [${js(target.audience)}],
    })
`
}

// The stack does not own the provider, so it makes the one call that adds to its audiences.
function audience(target: SetupTarget): string {
  const arn = js(providerArn(target))
  return `    // The provider exists: this adds the audience to those it has, and changes nothing when it is there.
    new cr.AwsCustomResource(this, 'Audience', {
      onUpdate: {
        service: 'IAM',
        action: 'AddClientIDToOpenIDConnectProvider',
        parameters: {
          OpenIDConnectProviderArn: ${arn},
          ClientID: ${js(target.audience)},
        },
        physicalResourceId: cr.PhysicalResourceId.of(${js(target.audience)}),
      },
      policy: cr.AwsCustomResourcePolicy.fromStatements([
        new iam.PolicyStatement({
          actions: ['iam:AddClientIDToOpenIDConnectProvider'],
          resources: [${arn}],
        }),
      ]),
    })
`
}

function attachment(arn: string, index: number): string {
  return `    role.addManagedPolicy(iam.ManagedPolicy.fromManagedPolicyArn(this, 'Policy${index + 1}', ${js(arn)}))
`
}

function js(text: string): string {
  return JSON.stringify(text)
}
