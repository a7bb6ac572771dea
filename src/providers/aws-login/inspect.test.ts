import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkEnvironment, type EvaluationHost } from '../../eval/index.ts'
import { loadDefinition } from '../../expr/index.ts'
import { awsLogin } from './index.ts'

const unused = async () => {
  throw new Error('a check opens nothing')
}
const host: EvaluationHost = {
  providers: {
    provider: async () => awsLogin({ mint: unused }, { assumeRoleWithWebIdentity: unused, explain: unused }),
    rotator: unused,
  },
  loader: { load: unused },
  crypter: { encrypt: unused, decrypt: unused },
  context: {},
}

/** The findings of a check as `line:column summary`. */
async function findings(inputs: string): Promise<readonly string[]> {
  const source = `values:\n  login:\n    fn::open::aws-login:\n${inputs.replace(/^(?=.)/gm, '      ')}\n`
  const { definition } = loadDefinition('web/dev', Buffer.from(source))
  assert.ok(definition)
  const { diagnostics } = await checkEnvironment('web/dev', definition, host)
  return diagnostics.map(({ range, summary }) => `${range?.begin.line}:${range?.begin.column} ${summary}`)
}

const arn = 'roleArn: arn:aws:iam::123456789012:role/deployer'

test('inputs that hold have no findings', async () => {
  assert.deepEqual(await findings(`oidc:\n  ${arn}\n  sessionName: dev\n  duration: 45m\n`), [])
  assert.deepEqual(
    await findings('static:\n  accessKeyId: AKIAIOSFODNN7EXAMPLE\n  secretAccessKey: ""\n'),
    [],
  )
})

const refused: readonly [string, string, readonly string[]][] = [
  ['neither block', '{}', ['4:7 aws-login: give exactly one of `oidc` and `static`, got neither']],
  [
    'both blocks',
    `oidc:\n  ${arn}\n  sessionName: dev\nstatic: {accessKeyId: a, secretAccessKey: ""}\n`,
    ['4:7 aws-login: give exactly one of `oidc` and `static`, got both'],
  ],
  [
    'a name that is no input',
    `oidc:\n  ${arn}\n  sessionName: dev\n  rolArn: x\n`,
    [
      '7:17 aws-login: there is no input named `oidc.rolArn`; the inputs here are `roleArn`, `sessionName`, `duration`, `policyArns`, `subjectAttributes`',
    ],
  ],
  ['a missing input', `oidc:\n  ${arn}\n`, ['5:9 missing required properties: sessionName']],
  [
    'an ARN of a user',
    'oidc:\n  roleArn: arn:aws:iam::123456789012:user/ada\n  sessionName: dev\n',
    ['5:18 aws-login: `arn:aws:iam::123456789012:user/ada` is not the ARN of a role'],
  ],
  [
    'a duration below the least',
    `oidc:\n  ${arn}\n  sessionName: dev\n  duration: 899s\n`,
    ['7:19 aws-login: duration must be between 15m and 12h, got `899s`'],
  ],
  [
    'a duration of nothing',
    `oidc:\n  ${arn}\n  sessionName: dev\n  duration: ""\n`,
    ['7:19 aws-login: duration must be between 15m and 12h, got ``'],
  ],
  ['a number for a text', `oidc:\n  ${arn}\n  sessionName: 12\n`, ['6:22 expected string, got number']],
  [
    'an attribute whose value its maker picks',
    `oidc:\n  ${arn}\n  sessionName: dev\n  subjectAttributes: [pulumi.token.name]\n`,
    [
      '7:29 expected one of ["pulumi.user.login","pulumi.organization.login","pulumi.token.type","pulumi.token.team","currentEnvironment.name","rootEnvironment.name"]',
    ],
  ],
]

for (const [what, inputs, wanted] of refused) {
  test(`aws-login refuses ${what} in a check, at its place`, async () => {
    assert.deepEqual(await findings(inputs), wanted)
  })
}
