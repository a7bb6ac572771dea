import type { Provider, Rotator } from '../eval/index.ts'
import { awsLogin } from './aws-login/index.ts'
import { azureLogin } from './azure-login/index.ts'
import { debugOidcClaims } from './debug-oidc-claims/index.ts'
import { gcpLogin } from './gcp-login/index.ts'
import { identityToken } from './oidc/index.ts'
import { passphrase } from './passphrase/index.ts'
import { password } from './password/index.ts'
import type { AwsTokenExchange, IdentityTokens, LoginTokens } from './powers.ts'
import type { RandomBytes } from './random.ts'
import { snowflakeLogin } from './snowflake-login/index.ts'
import type { VendorCalls } from './vendor-calls.ts'

/** What the providers of one open may use. */
export interface ProviderPowers {
  readonly logins: LoginTokens
  readonly identities: IdentityTokens
  readonly sts: AwsTokenExchange
  readonly calls: VendorCalls
  readonly random: RandomBytes
}

/** Every provider by name. Each entry makes a fresh one, because compiling marks schemas. */
export const providerCatalogue: {
  readonly [name: string]: { readonly summary: string; readonly make: (powers: ProviderPowers) => Provider }
} = {
  'aws-login': { summary: 'Short-lived AWS credentials', make: ({ logins, sts }) => awsLogin(logins, sts) },
  'azure-login': { summary: 'A login to Entra ID', make: ({ logins }) => azureLogin(logins) },
  'gcp-login': {
    summary: 'A short-lived access token of Google Cloud',
    make: ({ logins, calls }) => gcpLogin(logins, calls),
  },
  'snowflake-login': { summary: 'A login to Snowflake', make: ({ logins }) => snowflakeLogin(logins) },
  oidc: {
    summary: 'An identity token for an audience of your choice',
    make: ({ identities }) => identityToken(identities),
  },
  'debug-oidc-claims': {
    summary: 'The claims a login would present',
    make: ({ identities }) => debugOidcClaims(identities),
  },
}

/** Every rotator by name. */
export const rotatorCatalogue: {
  readonly [name: string]: { readonly summary: string; readonly make: (powers: ProviderPowers) => Rotator }
} = {
  passphrase: { summary: 'A phrase of random words', make: ({ random }) => passphrase(random) },
  password: { summary: 'A random password', make: ({ random }) => password(random) },
}
