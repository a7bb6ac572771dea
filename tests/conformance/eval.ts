import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  checkEnvironment,
  type Evaluation,
  type EvaluationHost,
  openEnvironment,
  rotateEnvironment,
} from '../../src/eval/index.ts'
import { loadDefinition } from '../../src/expr/index.ts'
import { compareBytes, type ExportedRecord, parseJson, toJson } from '../../src/value/index.ts'
import { caseFolders } from './case-folders.ts'
import { firstDifference } from './compare.ts'
import { rot128, testContext, testProviders } from './plug-ins.ts'
import type { Suite } from './suite.ts'
import { diagnosticsJson, exportedJson, sortExpected } from './wire.ts'

interface Overrides {
  readonly showSecrets?: boolean
  readonly rootEnvironment?: string
  readonly rotate?: boolean
  readonly rotatePaths?: readonly string[]
}

/** Cheapest information first. */
const fields = [
  'loadDiags',
  'checkDiags',
  'evalDiags',
  'rotateDiags',
  'rotatePatches',
  'evalJsonRedacted',
  'evalJSONRevealed',
  'checkJson',
  'rotateJson',
  'check',
  'eval',
  'rotate',
] as const

type Results = Record<string, unknown>

/** Evaluation cases: load, check, open and, where the case says so, rotate; compared with `expected.json`. */
export const suite: Suite = async function* (path, { only }) {
  for (const { name, folder } of caseFolders(path, only)) {
    const file = join(folder, 'expected.json')
    // `bench` measures speed and has no expectations.
    if (!existsSync(file)) continue
    const difference = await run(name, folder, parseJson(readFileSync(file, 'utf8')) as Results)
    yield difference === null ? { name, passed: true } : { name, passed: false, difference }
  }
}

async function run(name: string, folder: string, expected: Results): Promise<string | null> {
  let got: Results
  try {
    got = await results(name, folder)
  } catch (error) {
    return `threw ${error instanceof Error ? error.stack : String(error)}`
  }
  for (const field of fields) {
    const wanted = field.endsWith('Diags') ? sortExpected(expected[field]) : expected[field]
    const difference = firstDifference(wanted, got[field], `$.${field}`)
    if (difference !== null) return difference
  }
  return null
}

async function results(folderName: string, folder: string): Promise<Results> {
  const overrides = readOverrides(folder)
  const name = overrides.rootEnvironment ?? folderName
  const host: EvaluationHost = {
    providers: testProviders(),
    crypter: rot128,
    context: testContext,
    loader: { load: async (imported) => load(folderName, folder, imported) },
  }
  const { definition, diagnostics } = loadDefinition(name, readFileSync(join(folder, 'env.yaml')))
  const got: Results = {}
  put(got, 'loadDiags', diagnosticsJson(diagnostics))
  const check = await checkEnvironment(name, definition, host, { showSecrets: overrides.showSecrets ?? false })
  putEvaluation(got, 'check', check)
  const opened = await openEnvironment(name, definition, host)
  putEvaluation(got, 'eval', opened)
  putJson(got, 'checkJson', check, true)
  putJson(got, 'evalJsonRedacted', opened, true)
  putJson(got, 'evalJSONRevealed', opened, false)
  if (overrides.rotate) {
    const rotated = await rotateEnvironment(name, definition, host, { paths: overrides.rotatePaths ?? [] })
    putEvaluation(got, 'rotate', rotated)
    putJson(got, 'rotateJson', rotated, true)
    put(got, 'rotatePatches', patchesJson(rotated))
  }
  return got
}

function readOverrides(folder: string): Overrides {
  const file = join(folder, 'overrides.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}

function load(caseName: string, folder: string, name: string) {
  const file = join(folder, `${name}.yaml`)
  if (!existsSync(file)) {
    throw new Error(`open testdata/eval/${caseName}/${name}.yaml: no such file or directory`)
  }
  return { source: readFileSync(file), crypter: rot128 }
}

function put(got: Results, field: string, list: readonly unknown[]): void {
  if (list.length > 0) got[field] = list
}

function putEvaluation(got: Results, field: string, evaluation: Evaluation): void {
  put(got, `${field}Diags`, diagnosticsJson(evaluation.diagnostics))
  if (evaluation.environment !== null) got[field] = exportedJson(evaluation.environment)
}

function putJson(got: Results, field: string, { environment }: Evaluation, redact: boolean): void {
  if (environment === null) return
  const properties: ExportedRecord = environment.properties ?? {}
  const nowhere = { line: 0, column: 0, byte: 0 }
  const trace = { def: { environment: '', begin: nowhere, end: nowhere } }
  got[field] = toJson({ value: properties, trace }, { redact })
}

function patchesJson({ patches }: Evaluation): unknown[] {
  return [...patches]
    .sort((a, b) => compareBytes(a.docPath, b.docPath))
    .map(({ docPath, replacement }) => ({ DocPath: docPath, Replacement: exportedJson(replacement) }))
}
