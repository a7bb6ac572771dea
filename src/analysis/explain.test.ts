import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rot128, testContext, testProviders } from '../../tests/conformance/plug-ins.ts'
import type { EvaluationHost } from '../eval/index.ts'
import { encodeUtf8, parsePropertyPath } from '../value/index.ts'
import { createChecker, type Explanation, explainValue, formatExplanation } from './index.ts'

const files: Readonly<Record<string, string>> = {
  'web/dev': `imports: [web/base, {web/tools: {merge: false}}]
values:
  name: world
  greeting: \${hello} \${name}!
  db:
    host: \${imports["web/tools"].host}
    password: {fn::secret: hunter2}
  url: pg://u:\${db.password}@\${db.host}
  tools: \${environments.web.tools}
  login:
    fn::open::test: {role: "\${name}"}
  key: \${login.accessKeyId}
  me: \${context.pulumi.user.id}
  loop: \${loop}
  region: eu-west-1
`,
  'web/base': 'imports: [web/root]\nvalues:\n  hello: hi\n  db: {port: 5432, host: localhost}\n',
  'web/root': 'values:\n  region: us-east-1\n  hello: moin\n  owner: ada\n',
  'web/tools': 'values:\n  host: ${hosts[0]}\n  hosts: [a.example]\n  deep: {x: {y: 1}}\n',
}

const host: EvaluationHost = {
  providers: testProviders(),
  crypter: rot128,
  context: testContext,
  loader: {
    load: async (name) => {
      const text = files[name]
      if (text === undefined) throw new Error(`no environment ${name}`)
      return { source: encodeUtf8(text), crypter: rot128 }
    },
  },
}

async function explain(path: string): Promise<Explanation> {
  const lookUp = createChecker(host)
  const root = await lookUp('web/dev')
  const explanation = await explainValue(root!, parsePropertyPath(path), lookUp)
  assert.ok(explanation !== null)
  return explanation
}

/** Each row: a path, and the tree that is printed for it. */
const trees: readonly [string, string][] = [
  [
    'greeting',
    `greeting = "hi world!"
│ text \`\${hello} \${name}!\` at web/dev:4:13
├─ \${hello} = "hi"
│  │ written at web/base:3:10, through web/base
│  └─ hides = "moin"
│       written at web/root:3:10, through web/base, which imports web/root
└─ \${name} = "world"
     written at web/dev:3:9`,
  ],
  [
    'db.host',
    `db.host = "a.example"
│ taken from \`\${imports["web/tools"].host}\` at web/dev:6:11
├─ \${imports["web/tools"].host} = "a.example"
│  │ taken from \`\${hosts[0]}\` at web/tools:2:9
│  └─ \${hosts[0]} = "a.example"
│       written at web/tools:3:11
└─ hides = "localhost"
     written at web/base:4:26, through web/base`,
  ],
  [
    'tools.deep.x.y',
    `tools.deep.x.y = 1
│ taken from \`\${environments.web.tools}\` at web/dev:9:10
└─ \${environments.web.tools}.deep.x.y = 1
     written at web/tools:4:17`,
  ],
  [
    'key',
    `key = [unknown]
│ taken from \`\${login.accessKeyId}\` at web/dev:12:8, known only when opened
└─ \${login.accessKeyId} = [unknown]
   │ result of \`fn::open::test\` at web/dev:11:5, known only when opened
   └─ \${name} = "world"
        written at web/dev:3:9`,
  ],
  [
    'db',
    `db = {"host":"a.example","password":"[secret]","port":5432}
│ a record at web/dev:6:5
├─ db.host  web/dev:6:11
├─ db.password  web/dev:7:28
├─ db.port  web/base:4:14
└─ over = {"host":"localhost","port":5432}
   │ a record at web/base:4:7, through web/base
   ├─ db.host  web/base:4:26
   └─ db.port  web/base:4:14`,
  ],
  [
    'me',
    `me = "USER_123"
│ taken from \`\${context.pulumi.user.id}\` at web/dev:13:7
└─ \${context.pulumi.user.id} = "USER_123"
     a fact about the caller`,
  ],
  [
    'owner',
    `owner = "ada"
  written at web/root:4:10, through web/base, which imports web/root`,
  ],
]

for (const [path, tree] of trees) {
  test(`the tree of ${path} shows where it comes from`, async () => {
    assert.equal(formatExplanation(await explain(path)), tree)
  })
}

test('S-47: an explanation holds no secret, neither of the value nor of what it is made of', async () => {
  for (const path of ['url', 'db.password', 'db', '']) {
    const explanation = await explain(path)
    assert.ok(!JSON.stringify(explanation).includes('hunter2'), path)
    assert.ok(!formatExplanation(explanation).includes('hunter2'), path)
  }
  const { value, secret, origin } = await explain('db.password')
  assert.deepEqual(
    { value, secret, origin },
    {
      value: '[secret]',
      secret: true,
      origin: { kind: 'call', text: 'fn::secret' },
    },
  )
})

test('a value that refers to itself is explained once', async () => {
  const { references } = await explain('loop')
  assert.equal(references[0]?.to?.repeated, true)
})

test('a path without a value has no explanation', async () => {
  const lookUp = createChecker(host)
  assert.equal(await explainValue((await lookUp('web/dev'))!, ['nothing'], lookUp), null)
  assert.equal(await explainValue((await lookUp('web/dev'))!, ['__proto__'], lookUp), null)
  assert.equal(await lookUp('nowhere'), null)
})

test('what a value hides is told where it is written, not at each reference to it', async () => {
  const files: Readonly<Record<string, string>> = {
    root: 'imports: [base]\nvalues:\n  a: ${b}\n  b: ${o}\n  o: 1\n  c: ${o}\n',
    base: 'values: {o: 0, c: 2}\n',
  }
  const lookUp = createChecker({
    ...host,
    loader: { load: async (name) => ({ source: encodeUtf8(files[name]!), crypter: rot128 }) },
  })
  const root = await lookUp('root')
  const text = async (path: string) =>
    formatExplanation((await explainValue(root!, parsePropertyPath(path), lookUp))!)
  assert.equal(
    await text('a'),
    `a = 1
│ taken from \`\${b}\` at root:3:6
└─ \${b} = 1
   │ taken from \`\${o}\` at root:4:6
   └─ \${o} = 1
      │ written at root:5:6
      └─ hides = 0
           written at base:1:13, through base`,
  )
  assert.match(await text('c'), /└─ hides = 2\n {5}written at base:1:19/)
})
