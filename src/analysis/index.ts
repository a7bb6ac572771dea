// What a tool may ask about definitions without opening them

export { type CheckedSource, checkSource, createChecker, findingLine } from './checker.ts'
// For editors
export { type Completion, completionsAt } from './completion.ts'
export type { TextPosition } from './cursor.ts'
export { definitionAt, hoverAt } from './definition.ts'
export type { EditorHost, EditorQuestion } from './editor-host.ts'
// Where a value comes from
export { type Explanation, explainValue, type MemberOrigin, type Origin } from './explain.ts'
export type { Fault } from './fault.ts'
export { formatExplanation } from './format-explanation.ts'
export type { CheckedDefinition, LookUp } from './known-environment.ts'
export { whyMissing } from './missing-value.ts'
