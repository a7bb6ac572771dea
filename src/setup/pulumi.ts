import { audienceCommand } from './audience-step.ts'
import { issuerHost, providerArn, type SetupTarget } from './target.ts'

/** A Pulumi program in TypeScript. */
export function pulumi(target: SetupTarget): string {
  const host = issuerHost(target)
  const path = target.rolePath === '/' ? '' : `  path: ${js(target.rolePath)},\n`
  return `import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'

${target.createsProvider ? newProvider(target) : existingProvider(target)}
const role = new aws.iam.Role('esc', {
  name: ${js(target.roleName)},
${path}  maxSessionDuration: ${target.maxSessionSeconds},
  assumeRolePolicy: pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: identityProvider.arn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            ${js(`${host}:aud`)}: ${js(target.audience)},
            ${js(`${host}:sub`)}: ${js(target.subject)},
          },
        },
      },
    ],
  }),
})
${target.policyArns.map(attachment).join('')}
/** What the login block names as its role. */
export const roleArn = role.arn
`
}

function newProvider(target: SetupTarget): string {
  return `const identityProvider = new aws.iam.OpenIdConnectProvider('esc', {
  url: ${js(target.issuer)},
  clientIdLists: [${js(target.audience)}],
})
`
}

function existingProvider(target: SetupTarget): string {
  const said = `the provider does not register the audience ${target.audience}; run once: ${audienceCommand(target)}`
  return `// The provider exists and is not managed here. Pulumi cannot add an audience to it; this fails until it has this one.
const identityProvider = aws.iam
  .getOpenIdConnectProviderOutput({ arn: ${js(providerArn(target))} })
  .apply((found) => {
    if (!found.clientIdLists.includes(${js(target.audience)}))
      throw new Error(${js(said)})
    return found
  })
`
}

function attachment(arn: string, index: number): string {
  return `
new aws.iam.RolePolicyAttachment('esc-${index + 1}', { role: role.name, policyArn: ${js(arn)} })
`
}

function js(text: string): string {
  return JSON.stringify(text)
}
