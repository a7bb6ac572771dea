import type { PrincipalEntry } from './document.ts'
import type { FaultList } from './faults.ts'

const partition = 'aws(?:-[a-z]+)*'
const hostName = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*'
// AWS knows no ports; a loopback issuer of the local sandbox cannot do without.
const loopback = '(?:localhost|127\\.0\\.0\\.1|\\[::1\\]):\\d{1,5}'
const providerArn = new RegExp(
  `^arn:${partition}:iam::\\d{12}:oidc-provider/(?:${loopback}|${hostName})(?:/[^\\s*?]*)?$`,
)
const samlArn = new RegExp(`^arn:${partition}:iam::\\d{12}:saml-provider/[\\w+=,.@/-]{1,512}$`)
const domain = new RegExp(`^${hostName}$`)
const awsPrincipal = new RegExp(
  [
    '\\*',
    '\\d{12}',
    `arn:${partition}:iam::\\d{12}:(?:root|(?:user|role)/[\\x21-\\x29\\x2b-\\x3e\\x40-\\x7e]+)`,
    `arn:${partition}:sts::\\d{12}:(?:assumed-role|federated-user|self)/?[\\w+=,.@/*-]*`,
    '(?:AROA|AIDA)[A-Z0-9]{12,}',
  ]
    .map((form) => `^${form}$`)
    .join('|'),
)

/** Adds a fault when AWS would not store this principal. Whether the named thing exists is not looked at. */
export function requirePrincipal({ kind, value, at }: PrincipalEntry, faults: FaultList): void {
  if (kind === 'Federated') {
    if (isFederated(value)) return
    const message = 'Federated principals must be valid domain names or SAML metadata ARNs'
    const detail = `\`${value}\` is neither a provider ARN (arn:aws:iam::ACCOUNT:oidc-provider/HOST/PATH, no scheme, no wildcard) nor a domain name`
    faults.unstorable(at, message, detail)
    return
  }
  const fits =
    (kind === 'AWS' && awsPrincipal.test(value)) ||
    (kind === 'Service' && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(value)) ||
    (kind === 'CanonicalUser' && /^[0-9a-f]{64}$/.test(value))
  if (!fits) {
    faults.unstorable(
      at,
      `Invalid principal in policy: "${kind}":"${value}"`,
      'AWS knows no principal of this form',
    )
  }
}

/** Whether the text has the form of a federated principal: a provider ARN or a domain name. */
export function isFederated(value: string): boolean {
  if (value.startsWith('arn:')) return providerArn.test(value) || samlArn.test(value)
  return domain.test(value) && value.includes('.')
}

/** Account, partition and issuer (without scheme) of an OIDC provider ARN; `null` for anything else. */
export function parseProviderArn(
  arn: string,
): { readonly partition: string; readonly account: string; readonly issuer: string } | null {
  const found = /^arn:([^:]*):iam::(\d*):oidc-provider\/(.*)$/s.exec(arn)
  return found === null ? null : { partition: found[1]!, account: found[2]!, issuer: found[3]! }
}
