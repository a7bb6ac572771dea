import { compareDiagnostics, type Diagnostic } from '../../src/diag/index.ts'
import { NumberText, parseJson, type PlainValue } from '../../src/value/index.ts'

/** JSON with numbers as their text, so that nothing is rounded before it is compared. */
export function parseExact(text: string): PlainValue {
  return parseJson(text)
}

/**
 * The first difference between two JSON values, as `where: wanted …, got …`; `null` when they are equal. The order
 * of an object's members does not matter, an absent member is not null, numbers compare by text.
 */
export function difference(wanted: PlainValue, got: PlainValue, at = ''): string | null {
  const unequal = () => `${at || 'root'}: wanted ${show(wanted)}, got ${show(got)}`
  if (wanted instanceof NumberText || got instanceof NumberText) {
    const same = wanted instanceof NumberText && got instanceof NumberText && wanted.text === got.text
    return same ? null : unequal()
  }
  if (wanted === null || got === null || typeof wanted !== 'object' || typeof got !== 'object') {
    return wanted === got ? null : unequal()
  }
  if (Array.isArray(wanted) || Array.isArray(got)) {
    if (!Array.isArray(wanted) || !Array.isArray(got)) return unequal()
    return differenceOfLists(wanted, got, at)
  }
  return differenceOfRecords(wanted as PlainRecord, got as PlainRecord, at)
}

type PlainRecord = { readonly [key: string]: PlainValue }

function differenceOfLists(wanted: readonly PlainValue[], got: readonly PlainValue[], at: string): string | null {
  for (let i = 0; i < Math.min(wanted.length, got.length); i++) {
    const found = difference(wanted[i]!, got[i]!, `${at}[${i}]`)
    if (found !== null) return found
  }
  return wanted.length === got.length ? null : `${at}: wanted ${wanted.length} elements, got ${got.length}`
}

function differenceOfRecords(wanted: PlainRecord, got: PlainRecord, at: string): string | null {
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(got)])) {
    const where = `${at}.${key}`
    if (!Object.hasOwn(got, key)) return `${where}: wanted ${show(wanted[key]!)}, got nothing`
    if (!Object.hasOwn(wanted, key)) return `${where}: wanted nothing, got ${show(got[key]!)}`
    const found = difference(wanted[key]!, got[key]!, where)
    if (found !== null) return found
  }
  return null
}

function show(value: PlainValue): string {
  const text = JSON.stringify(value, (_, inner) => (inner instanceof NumberText ? inner.text : inner))
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

/** Diagnostics in the order that expected files have them (conformance specification §5). */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.toSorted(compareDiagnostics)
}
