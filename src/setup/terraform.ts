import { audienceCommand } from './audience-step.ts'
import { issuerHost, providerArn, type SetupTarget } from './target.ts'

/** A Terraform configuration, laid out as `terraform fmt` does. */
export function terraform(target: SetupTarget): string {
  const host = issuerHost(target)
  return `${target.createsProvider ? newProvider(target) : existingProvider(target)}
data "aws_iam_policy_document" "esc_trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [${target.createsProvider ? '' : 'data.'}aws_iam_openid_connect_provider.esc.arn]
    }
${condition(`${host}:aud`, target.audience)}
${condition(`${host}:sub`, target.subject)}
  }
}

resource "aws_iam_role" "esc" {
  name                 = ${hcl(target.roleName)}
${target.rolePath === '/' ? '' : `  path                 = ${hcl(target.rolePath)}\n`}  max_session_duration = ${target.maxSessionSeconds}
  assume_role_policy   = data.aws_iam_policy_document.esc_trust.json
}
${target.policyArns.map(attachment).join('')}
output "role_arn" {
  value = aws_iam_role.esc.arn
}
`
}

function newProvider(target: SetupTarget): string {
  return `resource "aws_iam_openid_connect_provider" "esc" {
  url            = ${hcl(target.issuer)}
  client_id_list = [${hcl(target.audience)}]
}
`
}

// Managing the provider here would drop the audiences of others; reading it lets the plan say what is missing.
function existingProvider(target: SetupTarget): string {
  return `# The provider exists and is not managed here. Terraform cannot add an audience to it; the plan fails until it has this one.
data "aws_iam_openid_connect_provider" "esc" {
  arn = ${hcl(providerArn(target))}
  lifecycle {
    postcondition {
      condition     = contains(self.client_id_list, ${hcl(target.audience)})
      error_message = ${hcl(`The provider does not register the audience ${target.audience}. Run once: ${audienceCommand(target)}`)}
    }
  }
}
`
}

function attachment(arn: string, index: number): string {
  return `
resource "aws_iam_role_policy_attachment" "esc_${index + 1}" {
  role       = aws_iam_role.esc.name
  policy_arn = ${hcl(arn)}
}
`
}

function condition(key: string, value: string): string {
  return `    condition {
      test     = "StringEquals"
      variable = ${hcl(key)}
      values   = [${hcl(value)}]
    }`
}

/** A quoted HCL string: `${` and `%{` would begin a template. */
function hcl(text: string): string {
  return JSON.stringify(text).replace(/([$%])\{/g, '$1$1{')
}
