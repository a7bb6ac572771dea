// Two organizations with the same data, to look for one in the answers to the other.
import assert from 'node:assert/strict'
import type { Who, World } from './world.ts'

const issuer = { name: 'ci', url: 'https://ci.test', jwks: { keys: [] } }

/** Everything of one organization that has an id, by the name that ids of its kind have in paths. */
export type Things = Readonly<Record<string, readonly string[]>>

/** The same data in an organization, with a canary in every place that holds text. */
export async function mirrored(world: World, who: Who, org: string): Promise<Things> {
  const env = `/api/esc/environments/${org}/web/dev`
  const call = async (request: string, body?: object | string) => {
    const answered = await world.call(who, request, body === undefined ? {} : { body })
    assert.ok(answered.status < 300, `${request}: ${answered.text}`)
    return answered
  }
  const canary = `canary-${org}`
  await call(`POST /api/esc/environments/${org}`, { project: 'web', name: 'dev' })
  await call(`POST /api/esc/environments/${org}`, { project: 'web', name: `only-${org}` })
  await call(`PATCH ${env}`, `values:\n  plain: ${canary}\n  secret: {"fn::secret": ${canary}-s}\n`)
  await call(`POST ${env}/tags`, { name: 'owner', value: canary })
  await call(`POST ${env}/versions/tags`, { name: 'tip' })
  const session = (await call(`POST ${env}/open`)).json()['id'] as string
  const anonymous = (
    await call(`POST /api/esc/environments/${org}/yaml/open`, `values: {a: ${canary}}\n`)
  ).json()['id'] as string
  const hook = (
    await call(`POST ${env}/hooks`, {
      active: true,
      displayName: canary,
      name: `hook-${org}`,
      payloadUrl: 'https://hooks.test/in',
    })
  ).json()['name'] as string
  const event = (await call(`POST ${env}/hooks/${hook}/ping`)).json()['id'] as string
  const schedule = (
    await call(`POST ${env}/schedules`, { scheduleCron: '0 0 * * *', secretRotationRequest: {} })
  ).json()['id'] as string
  const draft = (await call(`POST ${env}/drafts`, `values: {plain: ${canary}-draft}\n`)).json()[
    'changeRequestId'
  ] as string
  const registered = (
    await call(`POST /api/orgs/${org}/oidc/issuers`, { ...issuer, name: `ci-${org}` })
  ).json()['id'] as string
  const policy = (await call(`GET /api/orgs/${org}/auth/policies/oidcissuers/${registered}`)).json()[
    'id'
  ] as string
  const token = (await call(`POST /api/orgs/${org}/tokens`, { name: `robot-${org}` })).json()['id'] as string
  await call(`POST /api/orgs/${org}/teams`, { name: `team-${org}` })
  return {
    session: [session, anonymous],
    changeRequest: [draft],
    event: [event],
    name: [hook],
    id: [schedule, draft, registered, policy, token],
    team: [`team-${org}`],
    login: [],
  }
}

/** A body that passes its route, so that the id is what decides. */
export function bodyFor(operation: string): object | string {
  const bodies: Record<string, object | string> = {
    UpdateDraft: 'values: {}\n',
    UpdateWebhook: { active: true, payloadUrl: 'https://hooks.test/in' },
    UpdateSchedule: { scheduleCron: '0 1 * * *' },
    UpdateOpenRequest: { grantExpirationSeconds: 1, accessDurationSeconds: 1 },
    UpdateChangeRequest: { description: 'x' },
    ApproveChangeRequest: { revisionNumber: 1 },
    CommentOnChangeRequest: { comment: 'x' },
    UpdateOidcIssuer: { name: 'taken over' },
    UpdateAuthPolicy: { policies: [] },
    UpdateTag: { newTag: { value: 'x' } },
    UpdateTeam: { addMember: 'eve' },
  }
  return bodies[operation] ?? {}
}

/** What the first organization still has afterwards. */
export async function mirroredState(world: World, env: string): Promise<readonly number[]> {
  const statuses: number[] = []
  for (const path of ['/hooks/hook-acme', '/tags/owner', '/versions/tags/tip', '']) {
    statuses.push((await world.call('ada', `GET ${env}${path}`)).status)
  }
  return statuses
}
