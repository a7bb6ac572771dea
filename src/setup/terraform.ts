import { issuerHost, providerArn, type SetupTarget } from './target.ts'

/** A Terraform configuration, laid out as `terraform fmt` does. */
export function terraform(target: SetupTarget): string {
  const provider = `resource "aws_iam_openid_connect_provider" "esc" {
  url            = ${hcl(target.issuer)}
  client_id_list = [${hcl(target.audience)}]
}

`
  const identifier = target.createsProvider
    ? 'aws_iam_openid_connect_provider.esc.arn'
    : hcl(providerArn(target))
  const host = issuerHost(target)
  return `${target.createsProvider ? provider : ''}data "aws_iam_policy_document" "esc_trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [${identifier}]
    }
${condition(`${host}:aud`, target.audience)}
${condition(`${host}:sub`, target.subject)}
  }
}

resource "aws_iam_role" "esc" {
  name                 = ${hcl(target.roleName)}
  max_session_duration = 3600
  assume_role_policy   = data.aws_iam_policy_document.esc_trust.json
}

output "role_arn" {
  value = aws_iam_role.esc.arn
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

/** A quoted HCL string: `\${` and `%{` would begin a template. */
function hcl(text: string): string {
  return JSON.stringify(text).replace(/([$%])\{/g, '$1$1{')
}
