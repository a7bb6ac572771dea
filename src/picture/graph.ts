import { type Policy, parseProviderArn, type Reach, type Statement, type Universe } from '../trust/index.ts'
import { environmentOf, labelOf } from './label.ts'

/** What a box of the picture stands for. */
export type BoxKind = 'callers' | 'open' | 'denied' | 'allow' | 'deny' | 'role'

/** One box: a title over lines. */
export interface Box {
  readonly id: string
  readonly kind: BoxKind
  readonly title: string
  readonly lines: readonly string[]
  /** How many lines more there are than are drawn. */
  readonly more: number
}

/** An arrow between boxes. */
export interface Arrow {
  readonly from: string
  readonly to: string
  readonly kind: 'way' | 'open' | 'deny'
}

/** Who can become a role, as boxes and arrows, all in a fixed order. */
export interface Graph {
  readonly boxes: readonly Box[]
  readonly arrows: readonly Arrow[]
}

/** What is drawn: a policy, whom it lets in for each provider it trusts, and who exists. */
export interface RoleView {
  readonly name: string
  readonly policy: Policy
  readonly reaches: readonly Reach[]
  /** Who exists; with it, those who cannot become the role are drawn too. */
  readonly denied?: Universe
}

/** Lines of one box at most; a page below the picture lists everything. */
const maxLines = 12
/** Boxes of callers by project at most; beyond it projects become lines. */
const maxGroups = 16

/** The graph of a role: callers by project, the statements that let them in, the role. */
export function graphOf(view: RoleView): Graph {
  const groups = callerGroups(view.reaches)
  const drawn = groups.length > maxGroups ? crowdsOf(groups) : groups
  const open = view.reaches.flatMap((reach, index) => openBoxes(view.policy, reach, index))
  const statements = view.policy.statements.filter(
    ({ index, effect }) =>
      effect === 'Deny' ||
      drawn.some((group) => group.statements.includes(index)) ||
      open.some(({ to }) => to === index),
  )
  const boxes: Box[] = [
    ...drawn.map(callersBox),
    ...open.map(({ box }) => box),
    ...deniedBoxes(view),
    ...statements.map(statementBox),
    roleBox(view),
  ]
  const arrows: Arrow[] = [
    ...drawn.flatMap(({ id, statements: to }) =>
      to.map((index): Arrow => ({ from: id, to: statementId(index), kind: 'way' })),
    ),
    ...open.map(({ box, to }): Arrow => ({ from: box.id, to: statementId(to), kind: 'open' })),
    ...statements.map(
      ({ index, effect }): Arrow => ({
        from: statementId(index),
        to: 'role',
        kind: effect === 'Deny' ? 'deny' : 'way',
      }),
    ),
  ]
  return { boxes, arrows }
}

interface Group {
  readonly id: string
  readonly title: string
  readonly lines: readonly string[]
  readonly statements: readonly number[]
  /** Under which further condition they get in; `''` = always. */
  readonly depends: string
}

// One box for the callers of a project that come in by the same statements and under the same conditions.
function callerGroups(reaches: readonly Reach[]): Group[] {
  const groups = new Map<string, Omit<Group, 'id' | 'lines'> & { readonly lines: Set<string> }>()
  for (const { admitted } of reaches) {
    for (const row of admitted) {
      const { project, line } = labelOf(row)
      const depends = row.depends.length === 0 ? '' : `if ${row.depends.join(' and ')} fits`
      const key = JSON.stringify([project, row.statements, depends])
      const group = groups.get(key) ?? {
        title: project,
        lines: new Set(),
        statements: row.statements,
        depends,
      }
      groups.set(key, group)
      group.lines.add(line)
    }
  }
  return [...groups]
    .map(([, group], index) => ({ ...group, id: `callers${index}`, lines: [...group.lines].sort(order) }))
    .sort(byStatement)
    .map((group, index) => ({ ...group, id: `callers${index}` }))
}

// Callers stand beside the first statement that lets them in, so that few arrows cross.
function byStatement(a: Omit<Group, 'id'>, b: Omit<Group, 'id'>): number {
  const [first, second] = [a, b].map(({ statements }) => statements.map((index) => index + 1).join())
  return order(first!, second!) || order(a.title, b.title) || order(a.depends, b.depends)
}

// Of many projects, those that come in by the same statements are one box, with a line for each.
function crowdsOf(groups: readonly Group[]): Group[] {
  const crowds = Map.groupBy(groups, ({ statements, depends }) => JSON.stringify([statements, depends]))
  return [...crowds.values()].map((crowd, index): Group => {
    if (crowd.length === 1) return { ...crowd[0]!, id: `callers${index}` }
    const callers = crowd.reduce((sum, { lines }) => sum + lines.length, 0)
    const lines = crowd.map((group) => `${group.title}: ${counted(group.lines.length, 'caller')}`)
    const title = `${counted(callers, 'caller')} of ${counted(crowd.length, 'project')}`
    return { ...crowd[0]!, id: `callers${index}`, title, lines }
  })
}

function callersBox({ id, title, lines, depends }: Group): Box {
  return boxOf(id, 'callers', title, depends === '' ? lines : [`(${depends})`, ...lines])
}

function openBoxes(
  policy: Policy,
  { open }: Reach,
  index: number,
): { readonly box: Box; readonly to: number }[] {
  return open.statements.map((to, at) => {
    const patterns = subjectPatterns(policy.statements[to])
    const named = open.examples[at] ?? null
    const example = named === null ? [] : [`for example ${named}`]
    const id = `open${index}-${to}`
    return { box: boxOf(id, 'open', 'names that do not exist yet', [...patterns, ...example]), to }
  })
}

/** The values a statement wants of a subject, those with wildcards first when there are any. */
function subjectPatterns(statement: Statement | undefined): readonly string[] {
  const values = (statement?.conditions ?? [])
    .filter(({ key, operator }) => /:sub$/i.test(key) && !operator.negated && operator.name !== 'Null')
    .flatMap(({ operator, values: list }) =>
      list.filter(({ text }) => !operator.takesWildcards || /[*?]/.test(text)).map(({ text }) => text),
    )
  return values.length === 0 ? ['any subject'] : values
}

function deniedBoxes({ reaches, denied }: RoleView): Box[] {
  if (denied === undefined) return []
  const admitted = new Set(
    reaches.flatMap(({ admitted: rows }) => rows.flatMap(({ names }) => Object.values(names))),
  )
  const projects = new Map<string, string[]>()
  for (const place of denied.environments) {
    if (admitted.has(place)) continue
    const { project, name } = environmentOf(place)
    projects.set(project, [...(projects.get(project) ?? []), name])
  }
  return [...projects]
    .sort(([a], [b]) => order(a, b))
    .slice(0, maxGroups)
    .map(([project, names], index) =>
      boxOf(`denied${index}`, 'denied', `${project}: cannot`, names.sort(order)),
    )
}

function statementBox({ index, sid, effect, conditions, principals }: Statement): Box {
  const name = sid === null || sid === '' ? '' : ` “${sid}”`
  const issuers = principals.flatMap(({ value }) => parseProviderArn(value)?.issuer ?? [])
  const [issuer] = issuers
  // Of one issuer, its claims need not repeat it.
  const keyOf = (key: string): string =>
    issuers.length === 1 && key.startsWith(`${issuer}:`) ? key.slice(issuer!.length + 1) : key
  const lines = [
    ...(issuers.length === 1 ? [`tokens of ${issuer}`] : []),
    ...conditions.flatMap(({ operatorName, key, values }) => [
      `${operatorName} ${keyOf(key)}`,
      ...values.map(({ text }) => `  ${text}`),
    ]),
    ...(conditions.length === 0 ? ['no condition'] : []),
  ]
  const kind = effect === 'Deny' ? 'deny' : 'allow'
  return boxOf(
    statementId(index),
    kind,
    effect === 'Deny'
      ? `Deny, takes away: statement ${index + 1}${name}`
      : `Allow: statement ${index + 1}${name}`,
    lines,
  )
}

function roleBox({ name, reaches }: RoleView): Box {
  const count = new Set(reaches.flatMap(({ admitted }) => admitted.map(({ subject }) => subject))).size
  const more = reaches.some(({ truncated }) => truncated) ? ' or more' : ''
  const open = reaches.some((reach) => reach.open.isOpen) ? ['and names that do not exist yet'] : []
  const subjects = count === 1 && more === '' ? 'subject' : 'subjects'
  return boxOf('role', 'role', `the role of ${name}`, [`${count}${more} ${subjects} can become it`, ...open])
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function boxOf(id: string, kind: BoxKind, title: string, lines: readonly string[]): Box {
  return { id, kind, title, lines: lines.slice(0, maxLines), more: Math.max(0, lines.length - maxLines) }
}

function statementId(index: number): string {
  return `statement${index}`
}

// `environment-9` stands before `environment-10`.
const natural = new Intl.Collator('en', { numeric: true })

/** The order names are shown in, the same on every machine. */
export function order(a: string, b: string): number {
  return natural.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0)
}
