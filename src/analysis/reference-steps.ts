import type { PropertyPath } from '../value/index.ts'
import type { TextPosition } from './cursor.ts'

/** The steps of a reference so far, and the name that is being typed behind them. */
export interface ReferenceSteps {
  readonly done: PropertyPath
  readonly partial: string
}

/** Reads what stands between `${` and a cursor: `a.b["c d"][0].par`. */
export function referenceSteps(text: string): ReferenceSteps {
  const done: (string | number)[] = []
  let rest = text
  for (;;) {
    const step = /^\.?([^.[\]}\s]+)(?=[.[])|^\["((?:[^"\\]|\\.)*)"\]|^\[(\d+)\]/.exec(rest)
    if (step === null) break
    const [whole, name, key, index] = step
    done.push(name ?? key?.replaceAll('\\"', '"') ?? Number(index))
    rest = rest.slice(whole.length)
  }
  return { done, partial: rest.replace(/^\.|^\["?/, '') }
}

/** The steps of the reference under a position, up to the one that it is on; `null` when there is no reference. */
export function referenceAt(text: string, { line, column }: TextPosition): PropertyPath | null {
  const characters = [...(text.split(/\r?\n/)[line - 1] ?? '')]
  const before = characters.slice(0, column - 1).join('')
  const after = characters.slice(column - 1).join('')
  const open = before.lastIndexOf('${')
  if (open < 0 || isEscaped(before, open) || before.slice(open).includes('}')) return null
  const { done, partial } = referenceSteps(wholeStep(before.slice(open + 2), after))
  return partial === '' ? done : [...done, partial]
}

/** Whether the dollar sign at an index is the second of a pair, which stands for one dollar sign. */
export function isEscaped(text: string, dollar: number): boolean {
  let first = dollar
  while (text[first - 1] === '$') first -= 1
  return (dollar - first) % 2 === 1
}

/** What stands before a cursor, with the step that the cursor is in to its end. */
function wholeStep(before: string, after: string): string {
  if (/\["[^"\]]*$/.test(before)) return `${before}${/^[^"\]]*/.exec(after)![0]}"]`
  if (/\[\d*$/.test(before)) {
    const more = /^("[^"\]]*"?|\d*)/.exec(after)![0]
    return `${before}${more}]`
  }
  return `${before}${/^[^.[\]}\s]*/.exec(after)![0]}`
}
