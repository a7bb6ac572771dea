import type { EscApi } from '../../client/index.ts'
import type { SubjectAttribute, Universe } from '../../trust/index.ts'
import { decodeUtf8 } from '../../value/index.ts'
import { Failure } from '../failure.ts'
import { readSource } from '../read-source.ts'
import type { World } from '../world.ts'
import { type PolicyFile, requireAudiences, valuesOf } from './policy-file.ts'

const attributes: readonly SubjectAttribute[] = [
  'pulumi.user.login',
  'pulumi.token.type',
  'pulumi.token.team',
  'currentEnvironment.name',
  'rootEnvironment.name',
]

/** The organizations that audiences and subjects of a policy speak of. */
export function organizationsOf({ policy, trusts }: PolicyFile): readonly string[] {
  const named = trusts.flatMap(({ provider: { url, clientIds } }) => {
    const issuer = url.replace(/^https?:\/\//, '')
    const subjects = valuesOf(policy, `${issuer}:sub`)
    const fromSubjects = subjects.flatMap(
      (text) =>
        /^pulumi:environments:(?:org|pulumi\.organization\.login):([\w-]+)(?::|$)/.exec(text)?.[1] ?? [],
    )
    // A provider may register audiences of many organizations; the subjects say whose environments are meant.
    return [...fromSubjects, ...clientIds.map((id) => id.replace(/^aws:/, ''))]
  })
  return [...new Set(named.filter((name) => /^[\w-]+$/.test(name)))]
}

/** The lists of subject attributes that the policy's subjects are made of, in their order. */
export function attributeListsOf({ policy }: PolicyFile): readonly (readonly SubjectAttribute[])[] {
  const subjects = policy.statements
    .flatMap(({ conditions }) => conditions)
    .filter(({ key }) => /:sub$/i.test(key))
    .flatMap(({ values }) => values.map(({ text }) => text))
  const lists = subjects.map((text) => {
    const places = attributes.flatMap((name) =>
      text.includes(`:${name}:`) ? [[text.indexOf(`:${name}:`), name] as const] : [],
    )
    return places.sort(([a], [b]) => a - b).map(([, name]) => name)
  })
  const known = new Map(lists.filter((list) => list.length > 0).map((list) => [list.join(), list]))
  for (const name of attributes) known.set(name, [name])
  return [...known.values()]
}

/**
 * Everybody who exists, from a JSON file: `{"organization", "environments", "users", "teams", "attributeLists"}`, all but
 * the first optional.
 *
 * @throws Failure when the file is not of this form
 */
export async function readUniverse(world: World, file: string, policy: PolicyFile): Promise<Universe> {
  let read: Partial<Universe> | null = null
  try {
    read = JSON.parse(decodeUtf8(await readSource(world, file))) as Partial<Universe> | null
  } catch (error) {
    throw new Failure(`${file}: ${(error as Error).message}`)
  }
  const { organization, environments = [], users = [], teams = [] } = read ?? {}
  const lists = [environments, users, teams]
  const isTexts = lists.every((list) => Array.isArray(list) && list.every((one) => typeof one === 'string'))
  if (typeof organization !== 'string' || !isTexts) {
    throw new Failure(
      `${file}: wanted {"organization": "acme", "environments": ["web/dev"], "users": ["ada"], "teams": []}`,
    )
  }
  return {
    organization,
    environments,
    users,
    teams,
    attributeLists: read?.attributeLists ?? attributeListsOf(policy),
  }
}

/** Everybody the caller can see on the server. Users and teams are those that were named. */
export async function serverUniverse(
  api: EscApi,
  organization: string,
  policy: PolicyFile,
  people: { readonly users: readonly string[]; readonly teams: readonly string[] },
): Promise<Universe> {
  const [listed, { githubLogin }] = await Promise.all([api.listEnvironments(organization), api.user()])
  const environments = listed.map(({ project = 'default', name }) =>
    project === 'default' ? name : `${project}/${name}`,
  )
  return {
    organization,
    environments,
    users: [...new Set([githubLogin, ...people.users])],
    teams: people.teams,
    attributeLists: attributeListsOf(policy),
  }
}

/** A universe in which nobody exists yet: enough to tell what a policy admits beyond names. */
export function emptyUniverse(organization: string, policy: PolicyFile): Universe {
  return { organization, environments: [], users: [], teams: [], attributeLists: attributeListsOf(policy) }
}

/** The providers of our own issuer. @throws Failure when the policy trusts another one, of whose names nothing is known */
export function requireOurs(policy: PolicyFile): PolicyFile['trusts'] {
  const { file, trusts } = policy
  const foreign = trusts.find(({ model }) => model === null)
  if (foreign !== undefined) {
    throw new Failure(
      `${file} trusts ${foreign.provider.url}, of which it is not known who exists; use \`esc aws trust lint\` and \`esc aws trust prove --never <pattern>\` for other issuers`,
    )
  }
  return requireAudiences(policy)
}
