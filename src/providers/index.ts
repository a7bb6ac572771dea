export { type ProviderPowers, providerCatalogue, rotatorCatalogue } from './catalogue.ts'
export {
  type AwsCredentials,
  AwsRefusal,
  type AwsTokenExchange,
  type ClaimsPreview,
  type IdentityTokens,
  type LoginTokens,
  type RefusalExplanation,
  type RefusedExchange,
  type SentClaims,
} from './powers.ts'
export { createVendorCalls, type VendorAnswer, type VendorCalls, type VendorRequest } from './vendor-calls.ts'
