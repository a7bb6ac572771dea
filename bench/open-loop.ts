// An open loop: requests become due at a fixed rate whatever the server does, and each is timed from the moment it was due. A
// server that stalls so makes every request slow that fell into the stall (coordinated omission excluded).
import { connect, type Socket } from 'node:net'
import { AnswerReader } from '../src/client/answer-reader.ts'

/** One request, and the status that its answer must have. */
export interface Ask {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly status: number
}

/** What holding a rate for a while gave. Times are milliseconds from when a request was due. */
export interface Held {
  readonly asked: number
  /** Answers with the wanted status. */
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly mostMs: number
  /** Answers 429. */
  readonly turnedAway: number
  /** Answers with another status than wanted, broken connections, and what was not answered in time, by what it was. */
  readonly errors: ReadonlyMap<string, number>
}

const lastWordMilliseconds = 10_000
const mostAnswerBytes = 64 * 1024 * 1024

/** Holds a rate against a port of this machine. */
export async function hold(options: {
  readonly port: number
  readonly perSecond: number
  readonly seconds: number
  /** As many connections as there may be at once; what is due beyond waits, and its waiting counts. */
  readonly connections: number
  readonly ask: (index: number) => Ask
}): Promise<Held> {
  const { port, perSecond, seconds, connections, ask } = options
  const total = Math.round(perSecond * seconds)
  const times: number[] = []
  const errors = new Map<string, number>()
  const fail = (what: string) => errors.set(what, (errors.get(what) ?? 0) + 1)
  let turnedAway = 0
  let over = 0
  let good = 0
  const all = Promise.withResolvers<void>()
  const idle: Socket[] = []
  const sockets = new Set<Socket>()
  const waiting: number[] = []
  let open = 0
  let isOver = false
  const started = performance.now()
  const dueAt = (index: number) => started + (index * 1000) / perSecond

  const send = (socket: Socket, index: number) => {
    const asked = ask(index)
    exchange(socket, asked).then(
      (status) => {
        if (status === 429) turnedAway += 1
        else if (status !== asked.status) fail(`status ${status}`)
        else good += 1
        done(index, socket)
      },
      () => {
        fail('broken connection')
        open -= 1
        done(index, null)
      },
    )
  }
  const done = (index: number, socket: Socket | null) => {
    if (isOver) return
    times.push(performance.now() - dueAt(index))
    over += 1
    if (over === total) all.resolve()
    const next = waiting.shift()
    if (next !== undefined) send(socket ?? opened(), next)
    else if (socket !== null) idle.push(socket)
  }
  const opened = (): Socket => {
    open += 1
    const socket = connect(port, '127.0.0.1').setNoDelay()
    sockets.add(socket)
    return socket
  }
  const begin = (index: number) => {
    const socket = idle.pop() ?? (open < connections ? opened() : null)
    if (socket === null) waiting.push(index)
    else send(socket, index)
  }

  for (let index = 0; index < total; index += 1) {
    const early = dueAt(index) - performance.now()
    // A timer is a millisecond late; the last stretch is waited for turn by turn.
    if (early > 2) await new Promise((resolve) => setTimeout(resolve, early - 1.5))
    while (dueAt(index) > performance.now()) await new Promise((resolve) => setImmediate(resolve))
    begin(index)
  }
  const lastWord = setTimeout(() => all.resolve(), lastWordMilliseconds)
  await all.promise
  clearTimeout(lastWord)
  isOver = true
  const elapsed = (performance.now() - started) / 1000
  for (let left = total - over; left > 0; left -= 1) {
    fail('no answer')
    times.push(Number.POSITIVE_INFINITY)
  }
  for (const socket of sockets) socket.destroy()
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return {
    asked: total,
    perSecond: good / elapsed,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    mostMs: times.at(-1) ?? 0,
    turnedAway,
    errors,
  }
}

function exchange(socket: Socket, { method, path, headers = {}, body = '' }: Ask): Promise<number> {
  const sent = { host: 'localhost', ...headers, 'content-length': String(Buffer.byteLength(body)) }
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`)
  const reader = new AnswerReader(method, mostAnswerBytes)
  return new Promise((resolve, reject) => {
    const end = (error?: unknown) => {
      socket.off('data', take).off('close', end).off('error', end)
      if (error !== undefined) socket.destroy()
      reject(error)
    }
    const take = (chunk: Buffer) => {
      try {
        const answer = reader.take(chunk)
        if (answer === null) return
        socket.off('data', take).off('close', end).off('error', end)
        resolve(answer.status)
      } catch (error) {
        end(error)
      }
    }
    socket.on('data', take).on('close', end).on('error', end)
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  })
}
