import { TooManyStates } from '../language/automaton.ts'
import { environmentIssuer, type IssuerModel } from '../language/issuer-model.ts'
import { accepts, finiteTexts, intersect, shortest } from '../language/operations.ts'
import { patternLanguage } from '../language/value-language.ts'
import { type CompiledRole, type CompiledWay, compileRole, type Role } from './role.ts'
import {
  type Segment,
  type SubjectAttribute,
  type SubjectForm,
  subjectForms,
  type Trie,
  trieOf,
  type Universe,
} from './universe.ts'

/** Somebody who can become the role. */
export interface Admitted {
  readonly subject: string
  readonly audience: string
  /** What the subject names: `environment` for the plain form, otherwise attributes. */
  readonly names: { readonly [name in SubjectAttribute | 'environment']?: string }
  /** The statement that lets them in, from 0; of several the one that asks least. */
  readonly statement: number
  /** Every statement that lets them in, in document order. */
  readonly statements: readonly number[]
  /** Condition keys that must hold as well; empty = always. */
  readonly depends: readonly string[]
}

/** Whom a policy lets in. */
export interface Reach {
  readonly role: string
  readonly admitted: readonly Admitted[]
  /** True when more than `limit` were found and the rest left out. */
  readonly truncated: boolean
  /** Names that do not exist yet and would get in. */
  readonly open: OpenPart
}

/** `example` is one subject of the open part, when one could be named; `statements` are those that leave it open, from 0. */
export interface OpenPart {
  readonly isOpen: boolean
  readonly example: string | null
  readonly statements: readonly number[]
  /** A subject that each of the statements would let in, when one could be named. */
  readonly examples: readonly (string | null)[]
}

/** Bounds of the answer. */
export interface ReachOptions {
  /** Rows at most; 10,000 when not given. */
  readonly limit?: number
}

/**
 * Exactly who of the universe can become the role, and whether names that do not exist yet could.
 *
 * Callers are found by walking the names through the policy's automaton, so the cost follows what matches, not
 * the size of the universe.
 */
export function reach(role: Role, universe: Universe, options: ReachOptions = {}): Reach {
  return reachOf(compileRole(role), subjectForms(universe), environmentIssuer(role.provider.url), options)
}

/** `reach` for many roles over one universe, whose names are indexed once. */
export function reachAll(
  roles: readonly Role[],
  universe: Universe,
  options: ReachOptions = {},
): readonly Reach[] {
  const forms = subjectForms(universe)
  const models = new Map(roles.map(({ provider: { url } }) => [url, environmentIssuer(url)]))
  return roles.map((role) => reachOf(compileRole(role), forms, models.get(role.provider.url)!, options))
}

function reachOf(
  role: CompiledRole,
  forms: readonly SubjectForm[],
  model: IssuerModel,
  { limit = 10_000 }: ReachOptions,
): Reach {
  const search = new Search(limit)
  for (const way of role.ways) {
    for (const form of forms) if (form.audience === way.audience) search.walk(way, form)
  }
  const admitted = [...search.found.values()]
  return { role: role.name, admitted, truncated: search.truncated, open: openPart(role, model, search.found) }
}

// Walks segment by segment through tries and automaton at once, and keeps each subject once.
class Search {
  readonly found = new Map<string, Admitted>()
  truncated = false
  readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  walk(way: CompiledWay, form: SubjectForm): void {
    this.segment(way, form, 0, 0, '', {})
  }

  private segment(
    way: CompiledWay,
    form: SubjectForm,
    index: number,
    state: number,
    text: string,
    names: Admitted['names'],
  ): void {
    const segment = form.segments[index]
    if (segment === undefined) {
      if (way.subjects.accepting[state]) this.add(way, text, names)
      return
    }
    this.values(way, segment.values, state, (value, end) => {
      const more = segment.name === 'text' ? names : { ...names, [segment.name]: value }
      this.segment(way, form, index + 1, end, text + value, more)
    })
  }

  private values(
    way: CompiledWay,
    trie: Trie,
    state: number,
    take: (value: string, state: number) => void,
  ): void {
    if (!way.alive[state] || this.truncated) return
    if (trie.value !== null) take(trie.value, state)
    for (const [unit, next] of trie.next) {
      const target = way.subjects.edges[state]!.find((edge) => unit <= edge.to)!.target
      this.values(way, next, target, take)
    }
  }

  private add(
    { audience, statement, depends }: CompiledWay,
    subject: string,
    names: Admitted['names'],
  ): void {
    const known = this.found.get(subject)
    if (known === undefined) {
      if (this.found.size >= this.limit) this.truncated = true
      else this.found.set(subject, { subject, audience, names, statement, statements: [statement], depends })
      return
    }
    const statements = [...new Set([...known.statements, statement])].sort((a, b) => a - b)
    // A way without further conditions tells more than one with them.
    const better = depends.length < known.depends.length ? { audience, statement, depends } : {}
    this.found.set(subject, { ...known, ...better, statements })
  }
}

const freshNames = ['*new*', '*x*', '*'].map(patternLanguage)

function openPart(role: CompiledRole, model: IssuerModel, found: ReadonlyMap<string, Admitted>): OpenPart {
  const open = new Map<number, string | null>()
  for (const way of role.ways) {
    // One way that is open says all about its statement.
    const example = open.has(way.statement) ? undefined : openExample(way, model, found)
    if (example !== undefined) open.set(way.statement, example)
  }
  const byStatement = [...open].sort(([a], [b]) => a - b)
  const examples = byStatement.map(([, example]) => example)
  return {
    isOpen: open.size > 0,
    example: examples.find((example) => example !== null) ?? null,
    statements: byStatement.map(([statement]) => statement),
    examples,
  }
}

// A subject that a way lets in and that nobody has: `null` when there are some but none can be named, `undefined` when there are
// none.
function openExample(
  { audience, subjects }: CompiledWay,
  model: IssuerModel,
  found: ReadonlyMap<string, Admitted>,
): string | null | undefined {
  try {
    const listed = finiteTexts(subjects, 1000)
    if (listed !== null) {
      return listed.find((subject) => !found.has(subject) && accepts(model.subjects(audience), subject))
    }
    const signable = intersect(subjects, model.subjects(audience))
    for (const fresh of freshNames) {
      const example = shortest(intersect(signable, fresh))
      if (example !== null && !found.has(example)) return example
    }
    const rest = finiteTexts(signable, 10_000)
    return rest === null ? null : rest.find((subject) => !found.has(subject))
  } catch (error) {
    if (!(error instanceof TooManyStates)) throw error
    return null
  }
}

/** Which roles an environment can become, as the root that is opened or the one that holds the login block. */
export interface RoleAccess {
  readonly role: string
  readonly via: readonly Admitted[]
}

/** The roles that a subject naming `environment` gets into: the reverse of `reach`. */
export function rolesFor(
  environment: string,
  roles: readonly CompiledRole[],
  universe: Universe,
): readonly RoleAccess[] {
  const only = trieOf([environment])
  const forms = subjectForms(universe).flatMap((form) => narrowed(form, only, environment))
  return roles.flatMap(({ name, ways }) => {
    const search = new Search(1000)
    for (const way of ways)
      for (const form of forms) if (form.audience === way.audience) search.walk(way, form)
    return search.found.size === 0 ? [] : [{ role: name, via: [...search.found.values()] }]
  })
}

// The form once for each of its environment segments, with that one fixed; forms that name none speak of nobody.
function narrowed(form: SubjectForm, only: Trie, environment: string): SubjectForm[] {
  return form.segments.flatMap((segment, index) => {
    if (!isPlace(segment) || !contains(segment.values, environment)) return []
    const segments = form.segments.map((one, i) => (i === index ? { ...one, values: only } : one))
    return [{ ...form, segments }]
  })
}

function isPlace({ name }: Segment): boolean {
  return name === 'environment' || name === 'currentEnvironment.name' || name === 'rootEnvironment.name'
}

function contains(trie: Trie, value: string): boolean {
  let node: Trie | undefined = trie
  for (let i = 0; i < value.length && node !== undefined; i += 1) node = node.next.get(value.charCodeAt(i))
  return node?.value === value
}
