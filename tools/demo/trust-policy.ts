/** The trust policy of the walk: exactly this audience and this subject of our issuer. */
export function trustPolicy(
  providerArn: string,
  claims: { readonly aud: string; readonly sub: string },
): object {
  const issuer = providerArn.replace(/^.*:oidc-provider\//, '')
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: providerArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${issuer}:aud`]: claims.aud, [`${issuer}:sub`]: claims.sub } },
      },
    ],
  }
}
