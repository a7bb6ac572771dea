export { actions } from './actions.ts'
export type { Administrator } from './caller.ts'
export { administratorKeyId, defaultAdministratorSecret, type Random } from './credentials.ts'
export { type DecisionEntry, formatDecision } from './decision-log.ts'
export type { RequestLine, Surroundings } from './dispatch.ts'
export { type Fault, faultKinds, parseFaults } from './faults.ts'
export type { Fetch } from './issuer-keys.ts'
export { type SandboxOption, sandboxOptions } from './options.ts'
export { createSandbox, type Sandbox, type SandboxSettings } from './sandbox.ts'
export {
  banner,
  neighbours,
  requireStartable,
  type SandboxStart,
  type StartProblem,
  startProblems,
} from './start.ts'
export type { StateFile } from './state.ts'
