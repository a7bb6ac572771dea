import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide, type Finding, fix, lint, parsePolicy, toSarif } from '../../src/trust/index.ts'
import { providerOf, viewOf } from '../../src/trust/lint/view.ts'
import { probeInput } from '../../src/trust/probe.ts'
import { type Verdict, verdicts } from './lint-verdicts.ts'

const found = verdicts.map((verdict) => ({ verdict, findings: lint(verdict.policy, verdict.facts) }))

function spoken(findings: readonly Finding[]): string {
  const words = findings.map(({ id, severity }) => `${id}${severity === 'critical' ? '!' : ''}`)
  return [...new Set(words)].sort().join(' ')
}

test(`S-38: ${verdicts.length} policies get exactly the verdict that was written down for each`, () => {
  assert.ok(verdicts.length >= 200)
  assert.equal(
    new Set(verdicts.map(({ policy, facts }) => JSON.stringify([policy, facts]))).size,
    verdicts.length,
  )
  const wrong = found.flatMap(({ verdict: { name, wanted }, findings }) =>
    spoken(findings) === wanted ? [] : [`${name}: wanted ${wanted || 'nothing'}, got ${spoken(findings)}`],
  )
  assert.deepEqual(wrong, [])
})

// The call that a witness describes, at the provider that the statement means.
function admits({ policy, facts }: Verdict, { witness, statement }: Finding): boolean {
  const parsed = parsePolicy(policy).policy!
  const trust = viewOf(parsed, facts).trusts.find((one) => one.statement.index === statement)!
  const provider = providerOf(parsed, trust, facts)
  const { claims, request } = witness!
  return (
    decide(probeInput(policy, provider, claims, { partition: trust.partition, request })).effect === 'allow'
  )
}

test('S-38: every critical finding but NotPrincipal shows a token, and the engine admits every token that is shown', () => {
  let shown = 0
  for (const { verdict, findings } of found) {
    for (const finding of findings) {
      const must = finding.severity === 'critical' && finding.id !== 'AWS010'
      assert.ok(!must || finding.witness !== null, `${verdict.name}: ${finding.id} has no witness`)
      if (finding.witness === null) continue
      shown += 1
      assert.ok(admits(verdict, finding), `${verdict.name}: ${finding.id} ${JSON.stringify(finding.witness)}`)
    }
  }
  assert.ok(shown > 150, `${shown} witnesses`)
})

test('S-38: every finding says where, what, why and what to do', () => {
  for (const { verdict, findings } of found) {
    const { source } = parsePolicy(verdict.policy)
    for (const { at, what, why, fix: change, statement } of findings) {
      assert.ok(at.from >= 0 && at.from <= at.to && at.to <= source.length, verdict.name)
      const lines = source.slice(0, at.from).split('\n')
      assert.deepEqual([at.line, at.column], [lines.length, lines.at(-1)!.length + 1])
      for (const words of [what, why, change]) assert.ok(words.length > 0, verdict.name)
      assert.ok(statement === null || statement < 3)
    }
  }
})

test('S-38: what --fix writes has nothing left to fix, and admits nobody whom the policy before did not admit', () => {
  let fixed = 0
  for (const { verdict, findings } of found) {
    const { policy, facts } = verdict
    const after = fix(policy, facts)
    const left = lint(after, facts)
    assert.deepEqual(
      left.filter(({ edits }) => edits.length > 0),
      [],
      verdict.name,
    )
    if (!findings.some(({ edits }) => edits.length > 0)) continue
    fixed += 1
    const before = parsePolicy(policy).policy!
    // Whoever gets in by the mended policy, stranger or not, got in by the one before.
    const tokens = [...findings, ...left].filter(({ witness }) => witness !== null)
    for (const finding of tokens) {
      const trust = viewOf(before, facts).trusts.find((one) => one.statement.index === finding.statement)!
      const provider = providerOf(before, trust, facts)
      const { claims, request } = finding.witness!
      const effect = (document: unknown): string =>
        decide(probeInput(document, provider, claims, { request })).effect
      if (effect(after) === 'allow') assert.equal(effect(policy), 'allow', verdict.name)
    }
  }
  assert.ok(fixed > 20, `${fixed} policies were fixed`)
})

// The parts of SARIF 2.1.0 that a log of ours is made of: which members an object has (`!` = it must), and what they hold.
type Shape = 'text' | 'uri' | 'count' | 'level' | readonly [Shape] | { readonly [member: string]: Shape }
const message: Shape = { 'text!': 'text' }
const region: Shape = { startLine: 'count', startColumn: 'count', charOffset: 'count', charLength: 'count' }
const sarif: Shape = {
  $schema: 'uri',
  'version!': 'text',
  'runs!': [
    {
      'tool!': {
        'driver!': {
          'name!': 'text',
          rules: [
            {
              'id!': 'text',
              shortDescription: message,
              fullDescription: message,
              defaultConfiguration: { level: 'level' },
              properties: { 'security-severity': 'text', tags: ['text'] },
            },
          ],
        },
      },
      columnKind: 'text',
      results: [
        {
          ruleId: 'text',
          ruleIndex: 'count',
          level: 'level',
          'message!': message,
          locations: [{ physicalLocation: { artifactLocation: { uri: 'uri' }, region } }],
          fixes: [
            {
              description: message,
              'artifactChanges!': [
                {
                  'artifactLocation!': { uri: 'uri' },
                  'replacements!': [{ 'deletedRegion!': region, insertedContent: { text: 'text' } }],
                },
              ],
            },
          ],
        },
      ],
    },
  ],
}

const scalars: { readonly [shape: string]: (value: unknown) => boolean } = {
  text: (value) => typeof value === 'string',
  uri: (value) => /^(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*$/.test(String(value)),
  count: (value) => Number.isInteger(value) && (value as number) >= 0,
  level: (value) => /^(none|note|warning|error)$/.test(String(value)),
}

function conform(value: unknown, shape: Shape, at: string): void {
  if (typeof shape === 'string') {
    assert.ok(scalars[shape]!(value), `${at}: ${JSON.stringify(value)}`)
  } else if (Array.isArray(shape)) {
    assert.ok(Array.isArray(value), at)
    for (const [index, one] of value.entries()) conform(one, shape[0], `${at}[${index}]`)
  } else {
    const wanted = Object.entries(shape as { readonly [member: string]: Shape })
    const known = new Map(wanted.map(([name, inner]) => [name.replace('!', ''), inner]))
    const missing = wanted.filter(
      ([name]) => name.endsWith('!') && !Object.hasOwn(value as object, name.slice(0, -1)),
    )
    assert.deepEqual(missing, [], at)
    for (const [name, inner] of Object.entries(value as object)) {
      assert.ok(known.has(name), `${at} has no ${name}`)
      conform(inner, known.get(name)!, `${at}.${name}`)
    }
  }
}

test('a SARIF log of every policy has the members that the standard names, and every result points at its rule', () => {
  const files = found.map(({ findings }, index) => ({ file: `trust policies/#${index}?.json`, findings }))
  const log = toSarif(files) as {
    readonly runs: readonly [
      {
        readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } }
        readonly results: readonly { readonly ruleId: string; readonly ruleIndex: number }[]
      },
    ]
  }
  conform(JSON.parse(JSON.stringify(log)), sarif, 'log')
  const [{ tool, results }] = log.runs
  const { rules } = tool.driver
  assert.equal(
    results.length,
    found.reduce((sum, { findings }) => sum + findings.length, 0),
  )
  assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length)
  for (const { ruleId, ruleIndex } of results) assert.equal(rules[ruleIndex]?.id, ruleId)
})
