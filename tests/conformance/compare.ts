import { NumberText } from '../../src/value/index.ts'

/**
 * The first difference between two JSON-like values, or `null`: a JSON path, what was wanted, what came. Object members in any
 * order, lists in theirs; an absent member is not null; numbers by their text.
 */
export function firstDifference(wanted: unknown, got: unknown, path = '$'): string | null {
  if (isNumber(wanted) && isNumber(got) && String(wanted) === String(got)) return null
  if (Array.isArray(wanted) && Array.isArray(got)) {
    for (let i = 0; i < Math.max(wanted.length, got.length); i++) {
      const at = `${path}[${i}]`
      const difference = memberDifference(i < wanted.length, wanted[i], i < got.length, got[i], at)
      if (difference !== null) return difference
    }
    return null
  }
  if (isRecord(wanted) && isRecord(got)) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(got)])) {
      const at = `${path}.${key}`
      const difference = memberDifference(Object.hasOwn(wanted, key), wanted[key], Object.hasOwn(got, key), got[key], at)
      if (difference !== null) return difference
    }
    return null
  }
  return wanted === got ? null : describe(path, wanted, got)
}

function memberDifference(inWanted: boolean, wanted: unknown, inGot: boolean, got: unknown, at: string): string | null {
  if (inWanted && inGot) return firstDifference(wanted, got, at)
  return describe(at, inWanted ? wanted : undefined, inGot ? got : undefined)
}

function describe(path: string, wanted: unknown, got: unknown): string {
  return `at ${path}\nwanted ${show(wanted)}\ngot    ${show(got)}`
}

function show(value: unknown): string {
  if (value === undefined) return '(absent)'
  const text = JSON.stringify(value, (_, member: unknown) => (isNumber(member) ? Number(String(member)) : member))
  return text.length > 400 ? `${text.slice(0, 400)}…` : text
}

function isNumber(value: unknown): value is number | NumberText {
  return typeof value === 'number' || value instanceof NumberText
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isNumber(value)
}
