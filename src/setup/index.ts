// An AWS account, as far as a set-up needs it
export {
  type AccountCaller,
  type AccountOptions,
  type AwsAccount,
  AwsCallError,
  isAwsCallError,
  type ProviderState,
  type RoleState,
} from './account.ts'
export { type Applied, applyPlan, proveApplied, proveSetup, type SetupProof } from './apply.ts'
// Texts for other tools
export { audienceCommand, audienceNote } from './audience-step.ts'
export { generateSetup } from './generate.ts'
export { type AccountState, type Plan, type PlanItem, planSetup, readState } from './plan.ts'
export {
  issuerHost,
  providerArn,
  roleArn,
  type SetupFormat,
  type SetupTarget,
  setupFormats,
  trustPolicy,
} from './target.ts'
export { setupProblem } from './verify.ts'
