import type { Policy, Reach, Statement, Universe } from '../trust/index.ts'
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
/** Boxes of callers at most. */
const maxGroups = 60

/** The graph of a role: callers by project, the statements that let them in, the role. */
export function graphOf(view: RoleView): Graph {
  const groups = callerGroups(view.reaches)
  const drawn = groups.slice(0, maxGroups)
  const rest = groups.slice(maxGroups)
  if (rest.length > 0) drawn.push(restOf(rest))
  const open = view.reaches.flatMap((reach, index) => openBoxes(view.policy, reach, index))
  const statements = view.policy.statements.filter(
    ({ index, effect }) =>
      effect === 'Deny' ||
      drawn.some((group) => group.statements.includes(index)) ||
      open.some(({ to }) => to === index),
  )
  const boxes: Box[] = [
    ...drawn.map(({ id, title, lines, depends }) =>
      boxOf(id, 'callers', title, depends === '' ? lines : [`(${depends})`, ...lines]),
    ),
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
    .sort(([a], [b]) => order(a, b))
    .map(([, group], index) => ({ ...group, id: `callers${index}`, lines: [...group.lines].sort(order) }))
}

function restOf(groups: readonly Group[]): Group {
  const statements = [...new Set(groups.flatMap((group) => group.statements))].sort((a, b) => a - b)
  const lines = groups.map(({ title, lines: { length } }) => `${title} (${length})`)
  return { id: 'callers-rest', title: `${groups.length} groups more`, lines, statements, depends: '' }
}

function openBoxes(
  policy: Policy,
  { open }: Reach,
  index: number,
): { readonly box: Box; readonly to: number }[] {
  return open.statements.map((to) => {
    const patterns = subjectPatterns(policy.statements[to])
    const example = open.example === null ? [] : [`for example ${open.example}`]
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

function statementBox({ index, sid, effect, conditions }: Statement): Box {
  const name = sid === null || sid === '' ? '' : ` “${sid}”`
  const lines = conditions.flatMap(({ operatorName, key, values }) => [
    `${operatorName} ${key}`,
    ...values.map(({ text }) => `  ${text}`),
  ])
  const kind = effect === 'Deny' ? 'deny' : 'allow'
  return boxOf(
    statementId(index),
    kind,
    effect === 'Deny'
      ? `Deny, takes away: statement ${index + 1}${name}`
      : `Allow: statement ${index + 1}${name}`,
    lines.length === 0 ? ['no condition'] : lines,
  )
}

function roleBox({ name, reaches }: RoleView): Box {
  const count = new Set(reaches.flatMap(({ admitted }) => admitted.map(({ subject }) => subject))).size
  const more = reaches.some(({ truncated }) => truncated) ? ' or more' : ''
  const open = reaches.some((reach) => reach.open.isOpen) ? ['and names that do not exist yet'] : []
  const subjects = count === 1 ? 'subject' : 'subjects'
  return boxOf('role', 'role', `the role of ${name}`, [`${count}${more} ${subjects} can become it`, ...open])
}

function boxOf(id: string, kind: BoxKind, title: string, lines: readonly string[]): Box {
  return { id, kind, title, lines: lines.slice(0, maxLines), more: Math.max(0, lines.length - maxLines) }
}

function statementId(index: number): string {
  return `statement${index}`
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
