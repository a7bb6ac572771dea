import type { Range } from '../diag/index.ts'
import { NumberText, stringifyJson } from '../value/index.ts'
import type { Explanation } from './explain.ts'

/**
 * An explanation as a tree for people, lines without a final newline: the value, where it is written and how, what it refers
 * to, what it hides.
 */
export function formatExplanation(explanation: Explanation): string {
  return block(explanation, `${explanation.path === '' ? explanation.environment : explanation.path}`).join(
    '\n',
  )
}

function block(explanation: Explanation, title: string): string[] {
  const { references, over, members, repeated } = explanation
  const branches: string[][] = []
  for (const { text, to } of references) {
    branches.push(to === null ? [`${text}: nothing is known about it`] : block(to, text))
  }
  if (members.length > 0 && !repeated) {
    branches.push(...members.map(({ path, at }) => [`${path}  ${at === null ? '' : place(at)}`.trimEnd()]))
  }
  if (over !== null) branches.push(block(over, isRecord(explanation) && isRecord(over) ? 'over' : 'hides'))
  const lines = [
    `${title} = ${shown(explanation)}`,
    `${branches.length > 0 ? '│ ' : '  '}${how(explanation)}`,
  ]
  for (const [i, branch] of branches.entries()) {
    const last = i === branches.length - 1
    for (const [j, line] of branch.entries()) {
      const stem = j === 0 ? (last ? '└─ ' : '├─ ') : last ? '   ' : '│  '
      lines.push(`${stem}${line}`)
    }
  }
  return lines
}

function how(explanation: Explanation): string {
  const { origin, at, through, secret, repeated } = explanation
  const words = [say[origin.kind](origin.text)]
  if (at !== null) words.push(`at ${place(at)}`)
  if (through.length > 1) words.push(`through ${through.slice(1).join(', which imports ')}`)
  words.push(...ignorance(explanation))
  if (secret) words.push('a secret')
  if (repeated) words.push('explained above')
  return words.join(', ').replace(', at', ' at')
}

/** Why a value is unknown. */
function ignorance({ unknown, fault, references, repeated }: Explanation): string[] {
  if (!unknown) return []
  if (fault !== null && fault.cycle.length > 0) {
    const names = [fault.cycle[0]!.from, ...fault.cycle.map(({ to }) => to)]
    return [`part of the cycle ${names.join(' -> ')}`]
  }
  if (fault !== null) return [`in error: ${fault.summary}`]
  if (references.some(({ to }) => to === null || isFaulty(to)))
    return ['unknown as what it refers to is in error']
  return repeated ? [] : ['known only when opened']
}

function isFaulty({ fault, references }: Explanation): boolean {
  return fault !== null || references.some(({ to }) => to === null || isFaulty(to))
}

const say: { readonly [K in Explanation['origin']['kind']]: (text: string) => string } = {
  literal: () => 'written',
  text: (text) => `text \`${text}\``,
  reference: (text) => `taken from \`${text}\``,
  call: (text) => `result of \`${text}\``,
  object: () => 'a record',
  list: () => 'a list',
  context: () => 'a fact about the caller',
  elsewhere: () => 'given',
}

function place({ environment, begin }: Range): string {
  return `${environment}:${begin.line}:${begin.column}`
}

const maxShown = 80

function shown({ value }: Explanation): string {
  if (value === '[secret]' || value === '[unknown]') return value
  const text = stringifyJson(value, { escapeHtml: false })
  return text.length <= maxShown ? text : `${text.slice(0, maxShown)}…`
}

function isRecord({ value }: Explanation): boolean {
  if (typeof value !== 'object' || value === null) return false
  return !Array.isArray(value) && !(value instanceof NumberText)
}
