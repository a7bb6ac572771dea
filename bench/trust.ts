// How many decisions a second, how long for everybody who can become any of 1,000 roles, and for the lint of as many
// policies? `npm run bench trust`
import {
  decide,
  decideWithoutAdvice,
  type IdentityProvider,
  lint,
  probeInput,
  type Role,
  reachAll,
  type Universe,
} from '../src/trust/index.ts'
import { report, summarize } from './report.ts'

const issuer = 'https://esc.acme.dev/oidc'
const provider: IdentityProvider = { account: '123456789012', url: issuer, clientIds: ['aws:acme'] }
const prefix = 'pulumi:environments:org:acme:env:'
const projects = 100
const perProject = 100
const policyCount = 1000

const universe: Universe = {
  organization: 'acme',
  environments: range(projects).flatMap((p) => range(perProject).map((e) => `project-${p}/env-${e}`)),
  users: range(50).map((user) => `user-${user}`),
  teams: ['platform'],
  attributeLists: [],
}

/** Of every ten policies: six name one environment, two a project, one a list of ten, one every `env-7`. */
function policyOf(index: number): object {
  const project = `project-${index % projects}`
  const kinds = [
    { StringEquals: [`${prefix}${project}/env-${index % perProject}`] },
    { StringLike: [`${prefix}${project}/*`] },
    { StringEquals: range(10).map((e) => `${prefix}${project}/env-${e}`) },
    { StringLike: [`${prefix}*/env-7`] },
  ] as const
  const [operator, subjects] = Object.entries(kinds[[0, 0, 0, 0, 0, 0, 1, 1, 2, 3][index % 10]!]!)[0]!
  const audience = { 'esc.acme.dev/oidc:aud': 'aws:acme' }
  const subject = { 'esc.acme.dev/oidc:sub': subjects }
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/esc.acme.dev/oidc' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition:
          operator === 'StringEquals'
            ? { StringEquals: { ...audience, ...subject } }
            : { StringEquals: audience, StringLike: subject },
      },
    ],
  }
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}

function samples(times: number, work: () => void): readonly number[] {
  work()
  return range(times).map(() => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
}

const policies = range(policyCount).map(policyOf)
const texts = policies.map((policy) => JSON.stringify(policy, null, 2))
const roles: readonly Role[] = policies.map((policy, index) => ({ name: `role-${index}`, policy, provider }))
const calls = policies.map((policy, index) =>
  probeInput(policy, provider, { sub: `${prefix}project-${index % projects}/env-${index % 2}` }),
)
const runs = Number(process.argv[process.argv.indexOf('--runs') + 1]) || 10

const rows = [
  summarize(
    '1,000 decisions',
    samples(runs, () => calls.forEach((call) => void decideWithoutAdvice(call))),
  ),
  summarize(
    '1,000 decisions, with the smallest fix',
    samples(runs, () => calls.forEach((call) => void decide(call))),
  ),
  summarize(
    '10,000 environments × 1,000 policies',
    samples(runs, () => void reachAll(roles, universe)),
  ),
  summarize(
    'lint of 1,000 policies, with witnesses',
    samples(runs, () => texts.forEach((text) => void lint(text))),
  ),
]
report('How fast are decisions, the reach of policies and the lint?', rows)
