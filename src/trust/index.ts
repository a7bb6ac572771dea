export type {
  AwsError,
  CheckTrace,
  ConditionTrace,
  Decision,
  StatementTrace,
  Suggestion,
} from './decision.ts'
export type { AssumeRequest, Claims, IdentityProvider, RoleFacts, TokenFacts, TrustInput } from './request.ts'
