// The load behind `server.ts`, a process of its own: sends one request over and over on a few connections, each waiting for
// its answer. Reads one job per line from stdin and writes one result per line.
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { AnswerReader } from '../src/client/answer-reader.ts'

/** One request, how often at once, how long. `{n}` in path and body counts up, so that every save differs. */
export interface Job {
  readonly port: number
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly status: number
  readonly connections: number
  readonly milliseconds: number
}

export interface LoadResult {
  readonly count: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of the last answer's body. */
  readonly bytes: number
}

let count = 0

async function run(job: Job): Promise<LoadResult> {
  const times: number[] = []
  const started = performance.now()
  const end = started + job.milliseconds
  let last: Uint8Array = new Uint8Array()
  const client = async (index: number) => {
    const socket = connect(job.port, '127.0.0.1')
    socket.setNoDelay()
    while (performance.now() < end) {
      const before = performance.now()
      const answer = await exchange(socket, job, index)
      if (answer.status !== job.status)
        throw new Error(`${job.method} ${job.path}: ${answer.status} ${Buffer.from(answer.body).toString()}`)
      last = answer.body
      times.push(performance.now() - before)
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: job.connections }, (_, index) => client(index)))
  const seconds = (performance.now() - started) / 1000
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN
  return {
    count: times.length,
    perSecond: times.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    bytes: last.length,
  }
}

function exchange(socket: Socket, job: Job, index: number) {
  count += 1
  const fill = (text: string) => text.replaceAll('{n}', String(count)).replaceAll('{client}', String(index))
  const body = Buffer.from(fill(job.body ?? ''))
  const headers = { host: 'bench', ...job.headers, 'content-length': String(body.length) }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`${job.method} ${fill(job.path)} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  const reader = new AnswerReader(job.method, 64 * 1024 * 1024)
  return new Promise<{ readonly status: number; readonly body: Uint8Array }>((resolve, reject) => {
    const fail = () => reject(new Error(`${job.method} ${job.path}: the connection ended`))
    const take = (chunk: Buffer) => {
      const answer = reader.take(chunk)
      if (answer === null) return
      socket.off('data', take).off('close', fail)
      resolve(answer)
    }
    socket.on('data', take).on('close', fail)
  })
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await run(JSON.parse(line) as Job)))
}
