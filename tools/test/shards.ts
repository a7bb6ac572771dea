// Shards side by side under one runner of node's, whose events become one report. A shard that ends early, however it ends, is a failure.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { pathToFileURL } from 'node:url'
import type { Shard } from './plan.ts'
import { type LastWords, lastWordsFile } from './start.ts'

export interface Outcome {
  /** Every test passed, every shard ended in order, and there were tests. */
  readonly passed: boolean
  /** All that was printed. */
  readonly printed: string
  /** What each file took, in seconds. */
  readonly seconds: ReadonlyMap<string, number>
}

export interface Options {
  readonly root: string
  /** A folder for what the processes tell each other. */
  readonly scratch: string
  /** How many processes at once. */
  readonly lanes: number
  /** Flags of node's runner, given on to every shard. */
  readonly flags: readonly string[]
  /** How long a shard may tell of no test before it is ended. */
  readonly silenceMilliseconds: number
  /** Ends the shards under way and starts no other. */
  readonly signal?: AbortSignal
  readonly write: (text: string) => void
}

/** What is known of a shard under way. */
interface Progress {
  readonly name: string
  heardAt: number
  /** How it ended; null while it has not. */
  ended: { readonly tests: number } | null
  /** Its process is no more. */
  gone: boolean
  silent: boolean
}

const start = new URL('start.ts', import.meta.url)
const seed = new URL('../../tests/seed.ts', import.meta.url)

/**
 * Runs the shards and prints the report of them all, with the summary of node's runner at its end and, below it, what no test says:
 * shards that died, hung or left without their summary.
 */
export async function runShards(shards: readonly Shard[], options: Options): Promise<Outcome> {
  const progress = new Map<string, Progress>()
  shards.forEach(({ files }, index) => {
    const entry = join(options.scratch, `shard-${index + 1}-of-${shards.length}.mjs`)
    const urls = files.map((file) => pathToFileURL(join(options.root, file)).href)
    writeFileSync(
      entry,
      `import { load } from ${JSON.stringify(start.href)}\nawait load(import.meta.filename, ${JSON.stringify(urls, null, 2)})\n`,
    )
    const name = `shard ${index + 1} of ${shards.length} (${nameOf(files)})`
    progress.set(entry, { name, heardAt: 0, ended: null, gone: false, silent: false })
  })

  const report = new spec()
  let printed = ''
  const print = (text: string) => {
    printed += text
    options.write(text)
  }
  report.on('data', (text) => print(String(text)))

  const watch = setInterval(() => {
    for (const [entry, shard] of progress) endIfSilent(entry, shard, options.silenceMilliseconds)
  }, options.silenceMilliseconds / 8)
  const seconds = new Map<string, number>()
  let passed = false
  const events = run({
    files: [...progress.keys()],
    concurrency: options.lanes,
    cwd: options.root,
    execArgv: ['--import', seed.href, ...options.flags],
    ...(options.signal ? { signal: options.signal } : {}),
  })
  // Told at once, while the report is in the order of the shards.
  for (const type of ['test:enqueue', 'test:dequeue', 'test:complete', 'test:summary'] as const)
    events.on(type, (data: Told) => note(progress, type, data))
  for await (const event of events) {
    const data = event.data as Told
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      const file = relative(options.root, data.file ?? '')
      if (data.nesting === 0)
        seconds.set(file, (seconds.get(file) ?? 0) + (data.details?.duration_ms ?? 0) / 1000)
    }
    if (event.type === 'test:summary' && data.file === undefined)
      passed = data.success === true && (data.counts?.passed ?? 0) > 0
    report.write(event)
  }
  clearInterval(watch)
  await new Promise((resolve) => report.end(resolve))

  for (const [entry, shard] of progress) {
    if (shard.ended !== null && shard.ended.tests > 0) continue
    passed = false
    print(`error: ${shard.name} ${howItEnded(entry, shard, options.silenceMilliseconds)}\n`)
  }
  return { passed, printed, seconds }
}

/** The parts of the runner's events that are read here. */
interface Told {
  readonly name?: string
  readonly nesting?: number
  readonly file?: string
  readonly entryFile?: string
  readonly details?: { readonly duration_ms?: number }
  readonly success?: boolean
  readonly counts?: { readonly tests: number; readonly passed: number }
}

function note(progress: ReadonlyMap<string, Progress>, type: string, data: Told): void {
  const shard = progress.get(data.entryFile ?? data.file ?? '')
  if (shard === undefined) return
  // A shard that waits for its turn is no silent one.
  if (data.entryFile === undefined && type === 'test:enqueue') return
  shard.heardAt = performance.now()
  if (data.entryFile === undefined && type === 'test:complete') shard.gone = true
  if (type === 'test:summary') shard.ended = { tests: data.counts?.tests ?? 0 }
}

function endIfSilent(entry: string, shard: Progress, silenceMilliseconds: number): void {
  if (shard.ended !== null || shard.gone || shard.silent || shard.heardAt === 0) return
  if (performance.now() - shard.heardAt < silenceMilliseconds) return
  shard.silent = true
  const pid = lastWords(entry)?.pid
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

function howItEnded(entry: string, { ended, silent }: Progress, silenceMilliseconds: number): string {
  if (ended !== null) return 'ran no test'
  const words = lastWords(entry)
  if (words === null) return 'never began'
  const how = silent
    ? `was ended: it told of no test for ${silenceMilliseconds / 1000} s`
    : 'ended without a summary'
  return `${how}, ${words.doing}`
}

/** What a shard wrote last about itself. */
function lastWords(entry: string): LastWords | null {
  const file = lastWordsFile(entry)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as LastWords) : null
}

function nameOf(files: readonly string[]): string {
  return files.length === 1 ? String(files[0]) : `${files[0]} … ${files.at(-1)}`
}
