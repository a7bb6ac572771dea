// One way to print a measurement: a table for people, or with `--json` the same rows for machines.
import { cpus } from 'node:os'

export interface Row {
  readonly name: string
  /** What the work takes when no neighbour is in the way. */
  readonly minMs: number
  readonly medianMs: number
  readonly p90Ms: number
  readonly runs: number
}

/** The median and 90th percentile of samples in milliseconds. */
export function summarize(name: string, samples: readonly number[]): Row {
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { name, minMs: round(at(0)), medianMs: round(at(0.5)), p90Ms: round(at(0.9)), runs: sorted.length }
}

/** Prints rows under a question. */
export function report(question: string, rows: readonly Row[], argv = process.argv): void {
  const machine = { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model ?? 'unknown' }
  if (argv.includes('--json')) {
    console.log(JSON.stringify({ question, machine, rows }))
    return
  }
  const width = Math.max(...rows.map(({ name }) => name.length), 4)
  console.log(`\n${question}  (Node ${machine.node}, ${machine.cpus} cores)`)
  console.log(
    `${'case'.padEnd(width)}  ${'min ms'.padStart(10)}  ${'median ms'.padStart(10)}  ${'p90 ms'.padStart(10)}  ${'runs'.padStart(5)}`,
  )
  for (const row of rows) {
    console.log(
      `${row.name.padEnd(width)}  ${row.minMs.toFixed(2).padStart(10)}  ${row.medianMs.toFixed(2).padStart(10)}  ${row.p90Ms.toFixed(2).padStart(10)}  ${String(row.runs).padStart(5)}`,
    )
  }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
