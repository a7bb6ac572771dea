// Clients that create, save with `If-Match`, read and open environments, and note what they saw.
import type { History, Outcome } from './history.ts'

export interface Client {
  readonly urls: readonly string[]
  readonly token: string
}

/** Pseudo-random numbers from 0 to 1 that a seed repeats (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** One request; `null` when the connection broke. */
export async function send(
  { token }: Client,
  url: string,
  path: string,
  init: { readonly method?: string; readonly body?: string; readonly headers?: Record<string, string> } = {},
): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers } | null> {
  try {
    const response = await fetch(`${url}/api/esc/environments${path}`, {
      ...init,
      headers: { authorization: `token ${token}`, 'content-type': 'application/json', ...init.headers },
      signal: AbortSignal.timeout(15_000),
    })
    return { status: response.status, text: await response.text(), headers: response.headers }
  } catch {
    return null
  }
}

/** Runs `writers` clients until `until()` says stop. Each works on environments of its own and on a shared one. */
export async function work(options: {
  readonly client: Client
  readonly history: History
  readonly random: () => number
  readonly round: number
  readonly writers: number
  readonly stopped: () => boolean
}): Promise<void> {
  await Promise.all(Array.from({ length: options.writers }, (_, index) => writer(index, options)))
}

async function writer(index: number, options: Parameters<typeof work>[0]): Promise<void> {
  const { client, history, random, round, stopped } = options
  let count = 0
  while (!stopped()) {
    const url = client.urls[Math.floor(random() * client.urls.length)] ?? ''
    const name = random() < 0.3 ? 'shared' : `env-${index}`
    if (random() < 0.04) await create(client, url, history, `new-${round}-${index}-${count}`)
    else if (random() < 0.15) await send(client, url, `/acme/torture/${name}/open`, { method: 'POST' })
    else await save(client, url, history, name, `${round}-${index}-${count}`)
    count += 1
    // A dead server refuses at once; the clients must not spin.
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

async function create(client: Client, url: string, history: History, name: string): Promise<void> {
  const body = JSON.stringify({ project: 'torture', name })
  const answer = await send(client, url, '/acme', { method: 'POST', body })
  history.noteCreate(name, outcomeOf(answer))
}

async function save(
  client: Client,
  url: string,
  history: History,
  name: string,
  token: string,
): Promise<void> {
  const path = `/acme/torture/${name}`
  const found = await send(client, url, path)
  const etag = found?.headers.get('etag')
  if (found?.status !== 200 || !etag) return
  const parent = Number(found.headers.get('pulumi-esc-revision'))
  const answer = await send(client, url, path, {
    method: 'PATCH',
    body: `values:\n  token: ${token}\n  copy: \${token}\n`,
    headers: { 'if-match': etag, 'content-type': 'application/x-yaml' },
  })
  const outcome = outcomeOf(answer)
  const revision = outcome === 'ok' ? Number(answer?.headers.get('pulumi-esc-revision')) : null
  history.noteSave({ environment: name, token, parent, outcome, revision })
}

function outcomeOf(answer: { readonly status: number } | null): Outcome {
  if (answer === null || answer.status >= 500) return 'unknown'
  return answer.status < 300 ? 'ok' : 'fail'
}
