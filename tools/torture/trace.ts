// Reads what `strace -f -q -y -xx` wrote of a server: its writes, syncs and acknowledgements, in order.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const longestWaitMilliseconds = 60_000
/** The end of a line whose call goes on in a later one. */
const interrupted = '<unfinished ...>'

export type Step =
  | { readonly kind: 'write'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly file: string; readonly length: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'acknowledged'; readonly revision: number }

/**
 * A trace when its writer, which outlives the process it watches, has written all of it: to the line that says how `pid` ended.
 *
 * @throws Error when that line does not come within a minute
 */
export async function wholeTrace(path: string, pid: number): Promise<string> {
  const end = new RegExp(`^${pid} +\\+\\+\\+ (?:exited with|killed by) .*\\n`, 'm')
  for (const deadline = performance.now() + longestWaitMilliseconds; performance.now() < deadline; ) {
    const text = readFileSync(path, 'latin1')
    if (end.test(text.slice(-100_000))) return text
    await sleep(50)
  }
  throw new Error(`the trace does not say how process ${pid} ended`)
}

/** The steps of a trace. A call that another thread interrupted counts where it returned; one that never returned is none. */
export function readTrace(text: string): readonly Step[] {
  const steps: Step[] = []
  const unfinished = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [, thread = '', rest] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (rest === undefined) throw unreadable(line)
    // The end of a thread, or a signal.
    if (/^(\+\+\+|---) /.test(rest)) continue
    if (rest.endsWith(interrupted)) {
      unfinished.set(thread, rest.slice(0, -interrupted.length).trimEnd())
      continue
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1]
    const step = stepOf(resumed === undefined ? rest : takeBegun(unfinished, thread, line) + resumed)
    if (step !== null) steps.push(step)
  }
  return steps
}

function takeBegun(unfinished: Map<string, string>, thread: string, line: string): string {
  const begun = unfinished.get(thread)
  if (begun === undefined) throw unreadable(line)
  unfinished.delete(thread)
  return begun
}

function stepOf(call: string): Step | null {
  const [, name, target = '', rest = ''] = /^(\w+)\(\d+<([^>]*)>(.*)$/.exec(call) ?? []
  const path = unescaped(target)
  if (/^(socket|TCP)/.test(path)) {
    const header = /pulumi-esc-revision: (\d+)/i.exec(unescaped(rest))
    return header === null ? null : { kind: 'acknowledged', revision: Number(header[1]) }
  }
  const file = /\/(openesc\.db(?:-wal)?)$/.exec(path)?.[1]
  if (file === undefined) return null
  // Its process ended in the middle of it: it may have happened or not, and nothing was acknowledged after it.
  if (/ = \?( <unavailable>)?$/.test(rest)) return null
  if (name === 'fsync' || name === 'fdatasync') return / = 0$/.test(rest) ? { kind: 'sync', file } : null
  const length = /^, (\d+)\) += 0$/.exec(rest)?.[1]
  if (name === 'ftruncate' && length !== undefined) return { kind: 'truncate', file, length: Number(length) }
  const [, hex = '', offset, written] = /^, "([^"]*)", \d+, (\d+)\) += (\d+)$/.exec(rest) ?? []
  if (name !== 'pwrite64' || offset === undefined) throw unreadable(call)
  const bytes = Buffer.from(hex.replaceAll('\\x', ''), 'hex').subarray(0, Number(written))
  return { kind: 'write', file, offset: Number(offset), bytes }
}

/** Both ends of the line, since what is in between may be megabytes. */
function unreadable(line: string): Error {
  const shown = line.length > 200 ? `${line.slice(0, 100)} … ${line.slice(-100)}` : line
  return new Error(`cannot read the trace: ${shown}`)
}

function unescaped(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
