export { isRefusal, type VerifiedToken, verifyClaims } from './claims.ts'
export { decide, webIdentityAction } from './decide.ts'
export type {
  AwsError,
  CheckTrace,
  ConditionTrace,
  Decision,
  StatementTrace,
  Suggestion,
} from './decision.ts'
export { explain, explainTrace } from './explain.ts'
export type { ParsedPolicy, Policy, PolicyFault, Statement } from './policy/document.ts'
export type { Span } from './policy/json.ts'
export { parsePolicy } from './policy/parse.ts'
export { parseProviderArn } from './policy/principal-grammar.ts'
export type { ReasonCode, Refusal, RefusalCode } from './refusal.ts'
export type { AssumeRequest, Claims, IdentityProvider, RoleFacts, TokenFacts, TrustInput } from './request.ts'
export { checkRequest, parseRoleArn } from './request-check.ts'
export { checkWritable, defaultPolicyQuota, policyLength } from './write-check.ts'
