// Completion and go-to-definition: `|` in a text is where the cursor is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rot128, testContext, testProviders } from '../../tests/conformance/plug-ins.ts'
import { providerSchemas } from '../cli/local-evaluation.ts'
import { encodeUtf8 } from '../value/index.ts'
import { completionsAt, definitionAt, type EditorHost, type EditorQuestion, hoverAt } from './index.ts'

const files: Readonly<Record<string, string>> = {
  'web/base': 'values:\n  db: {host: localhost, port: 5432}\n  region: eu-west-1\n',
  'web/tools': 'values:\n  host: a.example\n  ports: [80, 443]\n',
}

const known = await providerSchemas()
const host: EditorHost = {
  providers: {
    provider: (name) => known.provider(name).catch(() => testProviders().provider(name)),
    rotator: (name) => testProviders().rotator(name),
  },
  crypter: rot128,
  context: testContext,
  loader: {
    load: async (name) => {
      const text = files[name]
      if (text === undefined) throw new Error(`no environment ${name}`)
      return { source: encodeUtf8(text), crypter: rot128 }
    },
  },
  providerNames: ['aws-login', 'oidc'],
  rotatorNames: ['echo'],
  environmentNames: async () => ['web/base', 'web/tools', 'api/dev'],
}

function ask(marked: string): EditorQuestion {
  const [before = '', after = ''] = marked.split('|')
  const lines = before.split('\n')
  const position = { line: lines.length, column: [...lines.at(-1)!].length + 1 }
  return { name: 'web/dev', source: encodeUtf8(before + after), position }
}

const head =
  'imports: [web/base, {web/tools: {merge: false}}]\nvalues:\n  name: world\n  login: {fn::open::aws-login: {}}\n'

/** Each row: a text, and what completes there: all labels, or some of many. */
const rows: readonly [string, readonly string[], ('all' | 'among')?][] = [
  ['|', ['values', 'imports', 'description']],
  ['val|', ['values']],
  ['imports:\n  - |', ['web/base', 'web/tools', 'api/dev']],
  ['imports:\n- web/b|', ['web/base']],
  ['imports: [web/base, web/t|', ['web/tools']],
  ['imports:\n  - web/base:\n      m|', ['merge']],
  [`${head}  greeting: \${na|`, ['name']],
  [
    `${head}  greeting: "a \${|"\n  later: 1\n`,
    ['db', 'name', 'region', 'context', 'environments', 'imports'],
    'among',
  ],
  [`${head}  x: \${db.|`, ['host', 'port']],
  [`${head}  x: \${db.p|} and more\n`, ['port']],
  [`${head}  x: \${login.a|`, ['accessKeyId']],
  [`${head}  x: \${imports.|`, ['web/base', 'web/tools']],
  [`${head}  x: \${imports["web/tools"].|`, ['host', 'ports']],
  [`${head}  x: \${environments.|`, ['web', 'api']],
  [`${head}  x: \${environments.web.|`, ['base', 'tools']],
  [`${head}  x: \${environments.web.base.d|`, ['db']],
  [`${head}  x: \${context.pulumi.|`, ['user']],
  [`${head}  x: $\${na|`, []],
  [`${head}  x: [1, \${db.h|`, ['host']],
  [`${head}  d|`, ['db']],
  [`${head}  db:\n    |`, ['host', 'port'], 'among'],
  [`${head}  db:\n    h|\n    port: 1\n`, ['host']],
  [`${head}  x:\n    fn::to|`, ['fn::toBase64', 'fn::toJSON', 'fn::toString']],
  [`${head}  x: {fn::open::|`, ['fn::open::aws-login', 'fn::open::oidc']],
  [`${head}  x:\n    fn::rotate::|`, ['fn::rotate::echo']],
  [`${head}  x:\n    fn::open:\n      |`, ['provider', 'inputs']],
  [`${head}  x:\n    fn::open:\n      provider: a|`, ['aws-login']],
  [`${head}  x:\n    fn::open:\n      provider: aws-login\n      inputs:\n        |`, ['oidc', 'static']],
  [`${head}  x:\n    fn::open::aws-login:\n      |`, ['oidc', 'static']],
  [`${head}  x:\n    fn::open::aws-login:\n      oidc:\n        role|\n  broken: [`, ['roleArn']],
  [`${head}  x:\n    fn::open::aws-login: {oidc: {s|`, ['sessionName', 'subjectAttributes']],
  [`${head}  x:\n    fn::rotate::echo:\n      inputs: {|`, ['next']],
  [`${head}  x:\n    fn::validate:\n      schema:\n        type: |`, ['string', 'object'], 'among'],
  [`${head}  x:\n    fn::validate:\n      schema: {minL|`, ['minLength']],
  [`${head}  x: {\n    fn::to|\n  }\n`, ['fn::toBase64', 'fn::toJSON', 'fn::toString']],
  [`${head}  db: {\n    ho|\n`, ['host']],
  [`${head}  db: {\n    host: a,\n    |\n  }\n  later: 1\n`, ['port'], 'among'],
  [`${head}  db: {\n    "po|\n  }\n`, ['port']],
  [`${head}  x: [\n    1, # one\n    {a: 2},\n    \${db.h|\n  ]\n`, ['host']],
  [`${head}  x: [\n    "\${db.|",\n    2\n`, ['host', 'port']],
  [`${head}  x:\n    fn::open::aws-login: {\n      oidc: {\n        |\n`, ['roleArn'], 'among'],
  [
    `${head}  x:\n    fn::open::aws-login: {\n      "oidc": {\n        roleArn: "a, {b",\n        s|\n      }}\n`,
    ['sessionName', 'subjectAttributes'],
  ],
  [`${head}  x: {\n    fn::open: {\n      provider: a|`, ['aws-login']],
  [`${head}  x: {fn::open: {provider: aws-login,\n    inputs: {|}}}\n`, ['oidc', 'static']],
  [`${head}  x: {\n    fn::validate: {schema: {type: |`, ['string', 'object'], 'among'],
  ['imports: [\n  web/base,\n  web/t|\n]\n', ['web/tools']],
  ['imports: [\n  {web/base: {m|', ['merge']],
  [`${head}  open: [1, {\n  db:\n    h|\n`, ['host']],
  [`${head}  open: [1, {\n    a: 1\n  x: \${na|\n`, ['name']],
  [`${head}  quote: "never closed\n  x: \${db.p|\n`, ['port']],
  [`${head}  twice: a: b\n  x: \${db.p|\n  also: [\n`, ['port']],
  [`${head}  text: |\n`, []],
  ['description: |', []],
  ['values: {db: {host: a}, x: "${db.|', ['host']],
  [`${head}  # \${db.|\n`, []],
  [`${head}  x: 1 # \${db.|\n`, []],
  [`${head}  x: "#" # |\n`, []],
  [`${head}  x: "a # \${db.h|\n`, ['host']],
  [`${head}  x: a#\${db.h|\n`, ['host']],
  [`${head}  x: >-\n    # \${db.h|\n  y: 1\n`, ['host']],
  [`${head}  x: $$\${db.h|\n`, ['host']],
  [`${head}  x: $$$\${db.h|\n`, []],
  [`${head}\tx: 1\n  y: \${db.h|\n`, ['host']],
  [`${head}  y: \${db.h|\n\tx: 1\n`, ['host']],
  [`${head}  x: \${db.h|\n  y: 1\n`.replaceAll('\n', '\r\n'), ['host']],
]

for (const [marked, wanted, how = 'all'] of rows) {
  test(`at the cursor of ${JSON.stringify(marked.replace(head, '…'))} stands ${wanted.join(', ') || 'nothing'}`, async () => {
    const labels = (await completionsAt(ask(marked), host)).map(({ label }) => label)
    if (how === 'all') assert.deepEqual(labels, wanted)
    else
      for (const label of wanted)
        assert.ok(labels.includes(label), `${label} is not among ${labels.join(', ')}`)
  })
}

test('a provider’s input comes with its type, its documentation and what it replaces', async () => {
  const [roleArn] = await completionsAt(
    ask('values:\n  x:\n    fn::open::aws-login:\n      oidc:\n        ro|'),
    host,
  )
  assert.deepEqual(roleArn, {
    label: 'roleArn',
    kind: 'input',
    detail: 'string, required',
    documentation: 'The ARN of the role to assume.',
    from: 9,
  })
})

test('what is written in a record already is not offered again', async () => {
  const labels = (await completionsAt(ask(`${head}  db:\n    host: x\n    |`), host)).map(
    ({ label }) => label,
  )
  assert.ok(labels.includes('port') && !labels.includes('host'))
})

/** Each row: a text, and where the definition of what is under the cursor starts. */
const definitions: readonly [string, string | null][] = [
  [`${head}  x: \${na|me}\n`, 'web/dev:3:9'],
  [`${head}  x: "é \${na|me}"\n`, 'web/dev:3:9'],
  [`${head}  x: \${d|b.host}\n`, 'web/base:2:7'],
  [`${head}  x: \${db.ho|st}\n`, 'web/base:2:14'],
  [`${head}  x: \${db["ho|st"]}\n`, 'web/base:2:14'],
  [`${head}  x: \${imports["web/tools"].po|rts[1]}\n`, 'web/tools:3:10'],
  [`${head}  x: \${imports["web/tools"].ports[1|]}\n`, 'web/tools:3:15'],
  [`${head}  x: \${imports["web/to|ols"].ports}\n`, 'web/tools:1:1'],
  [`${head}  x: \${environments.web.ba|se}\n`, 'web/base:1:1'],
  [`${head}  x: \${login.acc|essKeyId}\n  broken: [`, 'web/dev:4:10'],
  [`${head}  x: {\n    y: "\${db.ho|st}",\n  z: [\n`, 'web/base:2:14'],
  [`${head}  quote: "never closed\n  x: \${na|me}\n`, 'web/dev:3:9'],
  [`${head}  open: [{\n  x: \${lo|gin}\n  also: a: b\n`, 'web/dev:4:10'],
  ['imports:\n  - web/ba|se\n', 'web/base:1:1'],
  ['imports:\n  - web/tools|:\n      merge: false\n', 'web/tools:1:1'],
  ['imports:\n  - web/not|hing\n', null],
  [`${head}  x: pla|in\n`, null],
  [`${head}  x: \${nothi|ng}\n`, null],
  [`${head}  x: $\${na|me}\n`, null],
  [`${head}  # \${na|me}\n`, null],
  [`${head}  x: >\n    # \${na|me}\n`, 'web/dev:3:9'],
]

for (const [marked, wanted] of definitions) {
  test(`the definition at ${JSON.stringify(marked.replace(head, '…'))} is ${wanted ?? 'unknown'}`, async () => {
    const range = await definitionAt(ask(marked), host)
    assert.equal(range && `${range.environment}:${range.begin.line}:${range.begin.column}`, wanted)
  })
}

test('hover answers on text that is broken elsewhere', async () => {
  const input = `${head}  x:\n    fn::open::aws-login:\n      oidc: {role|Arn: a, sessionName: b}\n`
  assert.equal(await hoverAt(ask(input), host), 'The ARN of the role to assume.')
  const block = `${head}  x:\n    fn::open::aws-login:\n      oidc:\n        role|Arn: a\n  broken: [`
  assert.equal(await hoverAt(ask(block), host), 'The ARN of the role to assume.')
  assert.equal(
    await hoverAt(ask(`${head}  x: {fn::to|JSON: 1}\n`), host),
    'Encodes a value into its JSON representation.',
  )
  const open = `${head}  x: {\n    fn::open::aws-login: {\n      oidc: {\n        role|Arn: a\n  twice: a: b\n`
  assert.equal(await hoverAt(ask(open), host), 'The ARN of the role to assume.')
  assert.equal(await hoverAt(ask(`${head}  quote: "never closed\n  x: \${na|me}\n  y: [`), host), 'string')
})

test('no text and no position makes an editor’s question throw', async () => {
  const pieces = fc.constantFrom(
    'values:',
    'imports:',
    '\n',
    '\n  ',
    '- ',
    ': ',
    '${',
    '}',
    '{',
    '[',
    ']',
    ',',
    '"',
    "'",
    '.',
    'db',
    'fn::open::aws-login',
    '|\n',
    '>',
    '#',
    '&a',
    '*a',
    '\t',
    'é😀',
    '__proto__',
    'constructor',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(pieces, { maxLength: 25 }),
      fc.nat(30),
      fc.nat(12),
      async (parts, column, line) => {
        const source = encodeUtf8(parts.join(''))
        const question = { name: 'web/dev', source, position: { line, column } }
        await completionsAt(question, host)
        await definitionAt(question, host)
        await hoverAt(question, host)
      },
    ),
    { numRuns: 150 * Number(process.env['OPENESC_RUNS'] ?? 1) },
  )
})
