import { compareDiagnostics, type Diagnostic } from '../diag/index.ts'
import {
  checkEnvironment,
  type EnvironmentLoader,
  type Evaluation,
  type EvaluationHost,
  openEnvironment,
} from '../eval/index.ts'
import { loadDefinition } from '../expr/index.ts'
import {
  type ExportedRecord,
  type ExportedValue,
  isExportedRecord,
  type PropertyPath,
  parsePropertyPath,
} from '../value/index.ts'
import { type Difference, difference } from './compare.ts'
import { exportedFrom } from './secret-notation.ts'
import type { TestCase, TestFile } from './test-file.ts'
import { testProviders } from './test-providers.ts'

/** The definition under test and what stands around it. */
export interface TestSubject {
  readonly name: string
  readonly source: Uint8Array
  /**
   * Where imports come from that a case does not give; the rules of providers by name; what opens sealed secrets. Nothing of it should
   * reach a network.
   */
  readonly host: EvaluationHost
}

/** How one case went; `difference` is null when it passed. */
export interface CaseResult {
  readonly name: string
  readonly line: number
  readonly difference: Difference | null
}

/** How all cases went. */
export interface TestReport {
  readonly file: string
  readonly passed: number
  readonly failed: number
  readonly cases: readonly CaseResult[]
}

/** Runs the cases of a file one after the other. A case that fails says where it first differs. */
export async function runTests({ file, cases }: TestFile, subject: TestSubject): Promise<TestReport> {
  const results: CaseResult[] = []
  for (const test of cases) {
    const { name, line } = test
    results.push({ name, line, difference: await run(test, subject) })
  }
  const failed = results.filter((result) => result.difference !== null).length
  return { file, passed: results.length - failed, failed, cases: results }
}

async function run(test: TestCase, { name, source, host }: TestSubject): Promise<Difference | null> {
  const { definition, diagnostics } = loadDefinition(name, source)
  const context: { [key: string]: ExportedValue } = Object.create(null)
  for (const key of Object.keys(test.context)) context[key] = exportedFrom(test.context[key]!)
  const own: EvaluationHost = {
    ...host,
    context,
    providers: testProviders(test.providers, host.providers),
    loader: overlaid(test.imports, host),
  }
  const evaluate = test.mode === 'check' ? checkEnvironment : openEnvironment
  let evaluation: Evaluation
  try {
    evaluation = await evaluate(name, definition, own)
  } catch (error) {
    return { path: '', wanted: 'an evaluation', got: error instanceof Error ? error.message : String(error) }
  }
  const findings = [...diagnostics, ...evaluation.diagnostics].sort(compareDiagnostics)
  return (
    findingDifference(test.diagnostics, findings) ??
    valueDifference(test, evaluation.environment?.properties ?? Object.create(null))
  )
}

function overlaid(imports: ReadonlyMap<string, Uint8Array>, host: EvaluationHost): EnvironmentLoader {
  return {
    load: async (name) => {
      const source = imports.get(name)
      return source === undefined ? await host.loader.load(name) : { source, crypter: host.crypter }
    },
  }
}

/** Findings are compared in the order that they are shown in: by place. */
function findingDifference(wanted: readonly string[], got: readonly Diagnostic[]): Difference | null {
  for (let i = 0; i < Math.max(wanted.length, got.length); i++) {
    const [text, finding] = [wanted[i], got[i]]
    if (text !== undefined && finding !== undefined && isFinding(text, finding)) continue
    return {
      path: `diagnostics[${i}]`,
      wanted: text ?? 'nothing',
      got: finding === undefined ? 'nothing' : withPlace(finding),
    }
  }
  return null
}

function isFinding(text: string, finding: Diagnostic): boolean {
  return text === finding.summary || text === withPlace(finding)
}

function withPlace({ range, summary }: Diagnostic): string {
  return range === null ? summary : `${range.begin.line}:${range.begin.column}: ${summary}`
}

function valueDifference({ values }: TestCase, properties: ExportedRecord): Difference | null {
  for (const [text, wanted] of values) {
    let path: PropertyPath
    try {
      path = parsePropertyPath(text)
    } catch (error) {
      return { path: text, wanted: 'a property path', got: (error as Error).message }
    }
    const got = at({ value: properties, trace: exportedFrom(null).trace }, path)
    const found =
      got === null ? { path: text, wanted: 'a value', got: 'nothing' } : difference(wanted, got, path)
    if (found !== null) return found
  }
  return null
}

function at(value: ExportedValue, path: PropertyPath): ExportedValue | null {
  let found: ExportedValue | undefined = value
  for (const step of path) {
    const content: ExportedValue['value'] = found?.value
    if (isExportedRecord(content)) found = Object.hasOwn(content, step) ? content[step] : undefined
    else if (Array.isArray(content) && typeof step === 'number') found = content[step]
    else return null
    if (found === undefined) return null
  }
  return found ?? null
}
