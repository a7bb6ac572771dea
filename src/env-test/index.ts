// Tests that are kept beside a definition

export type { Difference } from './compare.ts'
export { readTestFile } from './read-test-file.ts'
export { type CaseResult, runTests, type TestReport, type TestSubject } from './run-tests.ts'
export type { ProviderAnswer, TestCase, TestFile } from './test-file.ts'
