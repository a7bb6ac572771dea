// Every folder here is one case: `env.yaml`, what it imports, and one golden per thing a reader cares about.
// `npm run accept` rewrites the goldens; then read the difference.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Diagnostic, detailOf, formatRange } from '../../../src/diag/index.ts'
import {
  checkEnvironment,
  type Evaluation,
  type EvaluationHost,
  openEnvironment,
  rotateEnvironment,
} from '../../../src/eval/index.ts'
import { loadDefinition } from '../../../src/expr/index.ts'
import { stringifyJson, toJson } from '../../../src/value/index.ts'
import { plain, rot128, testContext, testProviders } from '../../conformance/plug-ins.ts'

const folder = import.meta.dirname
const accepts = process.env['OPENESC_ACCEPT'] === '1'

function lines(stage: string, diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.flatMap((diagnostic) => {
    const { severity, range, path, summary } = diagnostic
    const place = range === null ? '-' : `${range.environment}:${formatRange(range)}`
    const detail = detailOf(diagnostic).replace(/^(?=.)/gm, '  ')
    return [`${stage} ${severity} ${place} ${path}: ${summary}`, ...(detail === '' ? [] : [detail])]
  })
}

function json({ environment }: Evaluation, redact: boolean): string {
  if (environment === null) return 'nothing\n'
  return `${stringifyJson(toJson(plain(environment.properties ?? {}), { redact }), { indent: 2, escapeHtml: false })}\n`
}

/** `options.json` of a case. */
interface Options {
  /** The root environment's name; the folder's name unless given. */
  readonly name?: string
  readonly showSecrets?: boolean
  /** Whether to rotate too, and which rotators; all unless given. */
  readonly rotate?: boolean
  readonly paths?: readonly string[]
}

async function goldens(folderName: string): Promise<Record<string, string>> {
  const at = join(folder, folderName)
  const optionsFile = join(at, 'options.json')
  const options: Options = existsSync(optionsFile) ? JSON.parse(readFileSync(optionsFile, 'utf8')) : {}
  const name = options.name ?? folderName
  const host: EvaluationHost = {
    providers: testProviders(),
    crypter: rot128,
    context: testContext,
    loader: {
      load: async (imported) => {
        const file = join(at, `${imported}.yaml`)
        if (!existsSync(file)) throw new Error(`no environment ${imported}`)
        return { source: readFileSync(file), crypter: rot128 }
      },
    },
  }
  const { definition, diagnostics } = loadDefinition(name, readFileSync(join(at, 'env.yaml')))
  const checked = await checkEnvironment(name, definition, host, { showSecrets: options.showSecrets ?? false })
  const opened = await openEnvironment(name, definition, host)
  const findings = [
    ...lines('load', diagnostics),
    ...lines('check', checked.diagnostics),
    ...lines('open', opened.diagnostics),
  ]
  const files: Record<string, string> = {
    'checked.json': json(checked, true),
    'redacted.json': json(opened, true),
    'revealed.json': json(opened, false),
  }
  if (options.rotate) {
    const rotated = await rotateEnvironment(name, definition, host, { paths: options.paths ?? [] })
    findings.push(...lines('rotate', rotated.diagnostics))
    findings.push(...rotated.rotations.map(({ path, status }) => `rotate ${status} ${path}`))
    files['rotated.json'] = json(rotated, true)
    files['patches.txt'] = rotated.patches
      .map(({ docPath, replacement }) => `${docPath} = ${stringifyJson(toJson(replacement, { redact: true }))}\n`)
      .join('')
  }
  files['diagnostics.txt'] = findings.map((line) => `${line}\n`).join('')
  return files
}

for (const entry of readdirSync(folder, { withFileTypes: true })) {
  if (!entry.isDirectory()) continue
  test(`the case ${entry.name} evaluates as its goldens say`, async () => {
    for (const [file, got] of Object.entries(await goldens(entry.name))) {
      const golden = join(folder, entry.name, file)
      if (accepts && (got !== '' || existsSync(golden))) writeFileSync(golden, got)
      const wanted = existsSync(golden) ? readFileSync(golden, 'utf8') : ''
      assert.equal(got, wanted, `${entry.name}/${file}`)
    }
  })
}
