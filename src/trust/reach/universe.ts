/** The attributes a login block may put into its subject (oidc specification §1.6). */
export type SubjectAttribute =
  | 'pulumi.user.login'
  | 'pulumi.token.type'
  | 'pulumi.token.team'
  | 'currentEnvironment.name'
  | 'rootEnvironment.name'

/** What exists in one organization: everybody our issuer can name in a subject. */
export interface Universe {
  readonly organization: string
  /** `project/name`, or the bare name in the legacy default project. */
  readonly environments: readonly string[]
  readonly users: readonly string[]
  readonly teams: readonly string[]
  /** The attribute lists in use by login blocks; the plain subject without attributes always exists. */
  readonly attributeLists: readonly (readonly SubjectAttribute[])[]
}

/** The subject of anonymous text names no environment. */
export const anonymousName = '<yaml>'

/** Values by their text, so that a search walks shared beginnings once. */
export interface Trie {
  /** The value that ends here, or `null`. */
  value: string | null
  readonly next: Map<number, Trie>
}

/** The trie of the values. */
export function trieOf(values: Iterable<string>): Trie {
  const root: Trie = { value: null, next: new Map() }
  for (const value of values) {
    let node = root
    for (let i = 0; i < value.length; i += 1) {
      const unit = value.charCodeAt(i)
      let next = node.next.get(unit)
      if (next === undefined) {
        next = { value: null, next: new Map() }
        node.next.set(unit, next)
      }
      node = next
    }
    node.value = value
  }
  return root
}

/** One part of a subject: fixed text, or one value out of a trie. */
export interface Segment {
  readonly name: 'text' | 'environment' | SubjectAttribute
  readonly values: Trie
}

/** All subjects of one form, for tokens of one audience. */
export interface SubjectForm {
  readonly audience: string
  readonly segments: readonly Segment[]
}

/** Every form of subject that can be signed in the universe. */
export function subjectForms(universe: Universe): readonly SubjectForm[] {
  const { organization: org } = universe
  const named = universe.environments.filter((name) => name.includes('/'))
  const bare = universe.environments.filter((name) => !name.includes('/'))
  const places = {
    named: trieOf([...named, anonymousName]),
    bare: trieOf(bare),
    all: trieOf([...universe.environments, anonymousName]),
  }
  const audiences = [
    { audience: `aws:${org}`, roots: places.named },
    { audience: org, roots: places.bare },
  ]
  return audiences.flatMap(({ audience, roots }) => [
    {
      audience,
      segments: [
        fixed(`pulumi:environments:org:${org}:env:`),
        { name: 'environment' as const, values: roots },
      ],
    },
    ...universe.attributeLists.flatMap((list) =>
      identities(universe, list).map((identity) => ({
        audience,
        segments: attributeSegments(org, list, { ...identity, places: places.all, roots }),
      })),
    ),
  ])
}

function fixed(text: string): Segment {
  return { name: 'text', values: trieOf([text]) }
}

type Values = { readonly users: Trie; readonly types: Trie; readonly teams: Trie }

// Who asks decides several attributes at once, so the kinds of caller are kept apart.
function identities(
  { organization, users, teams }: Universe,
  list: readonly SubjectAttribute[],
): readonly Values[] {
  const kinds = [
    { users: trieOf(users), types: trieOf(['personal']), teams: trieOf([]) },
    { users: trieOf([organization]), types: trieOf(['team']), teams: trieOf(teams) },
    { users: trieOf([organization]), types: trieOf(['organization']), teams: trieOf([]) },
  ]
  const personal = list.some((attribute) => /^pulumi\.(user|token)\./.test(attribute))
  return personal ? kinds : kinds.slice(0, 1)
}

function attributeSegments(
  organization: string,
  list: readonly SubjectAttribute[],
  values: Values & { readonly places: Trie; readonly roots: Trie },
): readonly Segment[] {
  const tries: { readonly [attribute in SubjectAttribute]: Trie } = {
    'pulumi.user.login': values.users,
    'pulumi.token.type': values.types,
    'pulumi.token.team': values.teams,
    'currentEnvironment.name': values.places,
    'rootEnvironment.name': values.roots,
  }
  return [
    fixed(`pulumi:environments:pulumi.organization.login:${organization}`),
    ...list.flatMap((attribute) => [fixed(`:${attribute}:`), { name: attribute, values: tries[attribute] }]),
  ]
}
