// What a tool may ask about definitions without opening them

export { type CheckedSource, checkSource, createChecker, findingLine } from './checker.ts'
export { type Explanation, explainValue, type MemberOrigin, type Origin } from './explain.ts'
export { formatExplanation } from './format-explanation.ts'
export type { CheckedDefinition, LookUp } from './known-environment.ts'
