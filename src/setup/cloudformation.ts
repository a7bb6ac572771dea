import { audienceNote } from './audience-step.ts'
import { issuerHost, providerArn, type SetupTarget, trustPolicy } from './target.ts'

/** A CloudFormation template in JSON. */
export function cloudFormation(target: SetupTarget): string {
  const federated = target.createsProvider ? { Ref: 'IdentityProvider' } : providerArn(target)
  const note = audienceNote('cloudformation', target)
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Lets tokens of ${issuerHost(target)} with one subject become the role ${target.roleName}`,
    ...(note !== null && { Metadata: { Audience: note } }),
    Resources: {
      ...(target.createsProvider && {
        IdentityProvider: {
          Type: 'AWS::IAM::OIDCProvider',
          Properties: { Url: target.issuer, ClientIdList: [target.audience] },
        },
      }),
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: target.roleName,
          ...(target.rolePath !== '/' && { Path: target.rolePath }),
          MaxSessionDuration: target.maxSessionSeconds,
          ...(target.policyArns.length > 0 && { ManagedPolicyArns: target.policyArns }),
          AssumeRolePolicyDocument: withPrincipal(trustPolicy(target), federated),
        },
      },
    },
    Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  }
  return `${JSON.stringify(template, null, 2)}\n`
}

// The provider made beside the role is named by reference, so that it exists first.
function withPrincipal(policy: object, federated: unknown): object {
  const { Statement, ...rest } = policy as { readonly Statement: readonly object[] }
  return { ...rest, Statement: Statement.map((one) => ({ ...one, Principal: { Federated: federated } })) }
}
