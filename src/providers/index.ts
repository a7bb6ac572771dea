export { type Breakers, type CallTarget, createBreakers, TargetClosed } from './breaker.ts'
export { type ProviderPowers, providerCatalogue, rotatorCatalogue } from './catalogue.ts'
export { gatedByHost } from './host-gates.ts'
export {
  AccountNotAllowed,
  type AwsCredentials,
  AwsRefusal,
  type AwsTokenExchange,
  type ClaimsPreview,
  type IdentityTokens,
  type LoginTokens,
  type RefusalExplanation,
  type RefusedExchange,
  type SentClaims,
  StsUnexpectedAnswer,
} from './powers.ts'
export { createVendorCalls, type VendorAnswer, type VendorCalls, type VendorRequest } from './vendor-calls.ts'
