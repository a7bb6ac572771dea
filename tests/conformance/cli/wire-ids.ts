import type { FetchLike } from '../../../src/client/index.ts'
import type { Plain, Transcript } from './transcript.ts'

/** What the transcripts made up where a server has ids, times and events of its own. */
const madeUp = {
  draft: '00000000-0000-0000-0000-000000000000',
  openRequest: 'test-request-id-12345',
  nextExecution: '2026-05-14T00:00:00Z',
  /** 2025-05-13T00:00:00Z. */
  deliverySeconds: 1_747_094_400,
  deliveryMilliseconds: 42,
} as const

/** Names of events that no server knows, and such that it does. */
const events: readonly (readonly [string, string])[] = [
  ['created', 'environment_revision_created'],
  ['updated', 'environment_revision_tag_updated'],
  ['rotated', 'environment_rotation_succeeded'],
]

/** An event's name as the server knows it. */
export function realEvent(name: string): string {
  return events.find(([shown]) => shown === name)?.[1] ?? name
}

/**
 * A server as the transcripts know it: an environment has one draft, which any id means; schedules, hooks and deliveries
 * are numbered as they are made. The server's own ids stay inside, and what the transcripts made up stands outside.
 */
export function withScriptIds(
  fetch: FetchLike,
  transcript: Transcript,
  drafts: ReadonlyMap<string, string>,
): FetchLike {
  const translation = new Translation(transcript, drafts)
  return async (request) => {
    const url = new URL(request.url)
    const shownPath = url.pathname
    const canned = translation.canned(shownPath)
    if (canned !== null) return Response.json(canned)
    url.pathname = translation.path(shownPath)
    const method = request.method
    const sent = method === 'GET' || method === 'HEAD' ? null : new Uint8Array(await request.arrayBuffer())
    const body = sent === null ? null : translation.body(shownPath, sent)
    const response = await fetch(new Request(url, { method, headers: request.headers, body }))
    if (response.status === 204 || !/json/.test(response.headers.get('content-type') ?? '')) return response
    const text = translation.answer(method, shownPath, await response.text())
    return new Response(text, { status: response.status, headers: response.headers })
  }
}

class Translation {
  readonly #transcript: Transcript
  readonly #drafts = new Map<string, string>()
  readonly #schedules = new Numbers()
  readonly #hooks = new Numbers()
  readonly #deliveries = new Map<string, Numbers>()

  constructor(transcript: Transcript, drafts: ReadonlyMap<string, string>) {
    this.#transcript = transcript
    for (const [name, id] of drafts) this.#drafts.set(`/api/esc/environments/${name}`, id)
  }

  /** Referrers are seeded without anything that refers, so the seed itself is the answer. */
  canned(path: string): object | null {
    const [, name] = /^\/api\/esc\/environments\/([^/]+\/[^/]+\/[^/]+)\/referrers$/.exec(path) ?? []
    const referrers = this.#transcript.environments.get(name ?? '')?.referrers ?? null
    if (referrers === null || typeof referrers !== 'object') return null
    const entries = Object.entries(referrers as Record<string, readonly Plain[]>)
    return { referrers: Object.fromEntries(entries.map(([version, list]) => [version, list.map(referrer)])) }
  }

  path(path: string): string {
    const environment = environmentPart(path)
    return path
      .replace(/\/drafts\/([^/]+)/, (_, id) => `/drafts/${this.#drafts.get(environment) ?? id}`)
      .replace(
        /^(\/api\/change-requests\/[^/]+)\/[^/]+\//,
        (_, start) => `${start}/${[...this.#drafts.values()].at(-1)}/`,
      )
      .replace(/\/schedules\/([^/]+)/, (_, id) => `/schedules/${this.#schedules.real(id)}`)
      .replace(/\/hooks\/([^/]+)/, (_, name) => `/hooks/${this.#hooks.real(name)}`)
  }

  body(path: string, sent: Uint8Array): Uint8Array<ArrayBuffer> {
    const bytes = Uint8Array.from(sent)
    if (!/\/hooks(\/[^/]+)?$/.test(path) || bytes.length === 0) return bytes
    const hook = JSON.parse(Buffer.from(bytes).toString())
    const { name, filters = [] } = hook
    return Buffer.from(
      JSON.stringify({ ...hook, name: this.#hooks.real(name), filters: filters.map(realEvent) }),
    ) as Uint8Array<ArrayBuffer>
  }

  answer(method: string, path: string, text: string): string {
    const change = this.#change(method, path)
    return change === null ? text : JSON.stringify(change(JSON.parse(text)))
  }

  /** What an answer of a route is turned into; null for routes that stay as they are. */
  #change(method: string, path: string): ((body: any) => unknown) | null {
    const rest = path.slice(environmentPart(path).length)
    if (/^\/drafts/.test(rest)) return (body) => this.#draft(environmentPart(path), body)
    if (rest === '/open/request') {
      return (body) =>
        each(body, 'changeRequests', (request) => ({ ...request, changeRequestId: madeUp.openRequest }))
    }
    if (rest === '/schedules')
      return (body) => each(body, 'schedules', (schedule) => this.#schedule(schedule))
    if (/^\/schedules\/[^/]+$/.test(rest)) return (body) => this.#schedule(body)
    if (rest === '/hooks') return (body) => many(body, (hook) => this.#hook(hook, method === 'POST'))
    if (/^\/hooks\/[^/]+$/.test(rest)) return (body) => this.#hook(body, false)
    const [, hook = ''] = /^\/hooks\/([^/]+)\/(?:ping|deliveries)$/.exec(rest) ?? []
    return hook === '' ? null : (body) => many(body, (delivery) => this.#delivery(hook, delivery))
  }

  #draft(environment: string, body: any): unknown {
    if (typeof body.changeRequestId !== 'string') return body
    this.#drafts.set(environment, body.changeRequestId)
    return { ...body, changeRequestId: madeUp.draft }
  }

  #schedule(body: any): unknown {
    if (typeof body.id !== 'string') return each(body, 'schedules', (schedule) => this.#schedule(schedule))
    return { ...body, id: `sched-${this.#schedules.shown(body.id)}`, nextExecution: madeUp.nextExecution }
  }

  #hook(body: any, isNew: boolean): unknown {
    if (typeof body.name !== 'string') return body
    const known = isNew || this.#hooks.has(body.name)
    const shownEvent = (name: string) => events.find(([, real]) => real === name)?.[0] ?? name
    const name = known ? `hook-${this.#hooks.shown(body.name)}` : body.name
    return { ...body, name, filters: body.filters?.map(shownEvent) }
  }

  #delivery(hook: string, body: any): unknown {
    if (typeof body.id !== 'string') return body
    const numbers = this.#deliveries.get(hook) ?? new Numbers()
    this.#deliveries.set(hook, numbers)
    const { deliverySeconds, deliveryMilliseconds } = madeUp
    return {
      ...body,
      id: `dlv-${hook}-${numbers.shown(body.id)}`,
      timestamp: deliverySeconds,
      duration: deliveryMilliseconds,
    }
  }
}

/** Ids by order of first appearance, from 1. */
class Numbers {
  readonly #ids: string[] = []

  has(id: string): boolean {
    return this.#ids.includes(id)
  }

  shown(id: string): number {
    if (!this.has(id)) this.#ids.push(id)
    return this.#ids.indexOf(id) + 1
  }

  /** The id behind `sched-1`; anything else stands for itself. */
  real(shown: string): string {
    const number = /^[a-z]+-(\d+)$/.exec(shown)?.[1]
    return this.#ids[Number(number ?? 0) - 1] ?? shown
  }
}

function environmentPart(path: string): string {
  return /^\/api\/esc\/environments\/[^/]+\/[^/]+\/[^/]+/.exec(path)?.[0] ?? ''
}

function many(body: any, change: (item: any) => unknown): unknown {
  return Array.isArray(body) ? body.map(change) : change(body)
}

function each(body: any, member: string, change: (item: any) => unknown): unknown {
  return Array.isArray(body[member])
    ? { ...body, [member]: body[member].map(change) }
    : typeof body.id === 'string'
      ? change(body)
      : body
}

/** A seeded referrer in the spelling of the wire, numbers as numbers. */
function referrer(seed: Plain): object {
  const { environment, stack, 'insights-account': account } = seed as Record<string, any>
  if (environment) return { environment: { ...environment, revision: Number(environment.revision) } }
  if (stack) return { stack: { ...stack, version: Number(stack.version) } }
  return { insightsAccount: { accountName: account['account-name'] } }
}
