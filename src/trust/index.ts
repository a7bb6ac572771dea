export { isRefusal, type VerifiedToken, verifyClaims } from './claims.ts'
export { decide, decideWithoutAdvice, webIdentityAction } from './decide.ts'
export type {
  AwsError,
  CheckTrace,
  ConditionTrace,
  Decision,
  StatementTrace,
  Suggestion,
} from './decision.ts'
export { explain, explainTrace } from './explain.ts'
export { builtInProviders } from './issuers.ts'
export { type Comparison, type Containment, compareAdmission } from './language/containment.ts'
export { type DeadCondition, deadConditions } from './language/dead-conditions.ts'
export { environmentIssuer, type IssuerModel, unknownIssuer } from './language/issuer-model.ts'
export { type Claim, type Proof, prove } from './language/prove.ts'
export { renderDeadConditions, renderProof } from './language/render.ts'
export type { Edit, Finding, LintFacts, LintWitness, Severity } from './lint/finding.ts'
export { type Fixed, fix, mend } from './lint/fix.ts'
export { lint, renderFindings, rules as lintRules } from './lint/lint.ts'
export { type FileFindings, toSarif } from './lint/sarif.ts'
export type { ParsedPolicy, Policy, PolicyFault, Statement } from './policy/document.ts'
export type { Span } from './policy/json.ts'
export { parsePolicy } from './policy/parse.ts'
export { parseProviderArn } from './policy/principal-grammar.ts'
export { probeInput } from './probe.ts'
export { admitsNobodyMore, diffPolicies, diffReach, type ReachDiff } from './reach/diff.ts'
export { type Admitted, type Reach, type RoleAccess, reach, reachAll, rolesFor } from './reach/reach.ts'
export { renderDiff, renderReach, renderRoles } from './reach/render.ts'
export { type CompiledRole, compileRole, type Role } from './reach/role.ts'
export type { SubjectAttribute, Universe } from './reach/universe.ts'
export type { ReasonCode, Refusal, RefusalCode } from './refusal.ts'
export type { AssumeRequest, Claims, IdentityProvider, RoleFacts, TokenFacts, TrustInput } from './request.ts'
export { checkRequest } from './request-check.ts'
export { parseRoleArn, type RoleArnParts } from './role-arn.ts'
export { checkSessionDocument, checkSessionPolicies, type SessionPolicies } from './session-policy.ts'
export { checkWritable, defaultPolicyQuota, policyLength } from './write-check.ts'
