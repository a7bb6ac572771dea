import type { FetchLike } from '../../../src/client/index.ts'

const draftId = '00000000-0000-0000-0000-000000000000'

/**
 * A server as the transcripts know it: every environment has one draft, which any id means, and whose id prints as
 * zeros; schedules and hooks are numbered `sched-1`, `hook-1` as they are made. The server's own ids stay inside.
 */
export function withScriptIds(fetch: FetchLike): FetchLike {
  const drafts = new Map<string, string>()
  const numbered = { sched: new Numbers('sched'), hook: new Numbers('hook'), evt: new Numbers('evt') }
  return async (request) => {
    const url = new URL(request.url)
    url.pathname = translatePath(url.pathname, drafts, numbered)
    const method = request.method
    const body = method === 'GET' || method === 'HEAD' ? null : await request.arrayBuffer()
    const response = await fetch(new Request(url, { method, headers: request.headers, body }))
    const text = await response.text()
    const answer = /json/.test(response.headers.get('content-type') ?? '')
      ? translateAnswer(url.pathname, text, drafts, numbered)
      : text
    const hasBody = response.status !== 204 && response.status !== 304
    return new Response(hasBody ? answer : null, { status: response.status, headers: response.headers })
  }
}

type Numbered = { readonly sched: Numbers; readonly hook: Numbers; readonly evt: Numbers }

/** Ids by order of first appearance. */
class Numbers {
  readonly #prefix: string
  readonly #ids: string[] = []

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  shown(id: string): string {
    if (!this.#ids.includes(id)) this.#ids.push(id)
    return `${this.#prefix}-${this.#ids.indexOf(id) + 1}`
  }

  real(shown: string): string {
    const number = /^[a-z]+-(\d+)$/.exec(shown)?.[1]
    return this.#ids[Number(number ?? 0) - 1] ?? shown
  }
}

function translatePath(path: string, drafts: ReadonlyMap<string, string>, numbered: Numbered): string {
  return path
    .replace(/^(\/api\/esc\/environments\/[^/]+\/[^/]+\/[^/]+)\/drafts\/([^/]+)/, (_, environment, id) => {
      return `${environment}/drafts/${drafts.get(environment) ?? id}`
    })
    .replace(/^(\/api\/change-requests\/[^/]+)\/[0-]+\//, (_, start) => `${start}/${[...drafts.values()].at(-1)}/`)
    .replace(/\/schedules\/([^/]+)/, (_, id) => `/schedules/${numbered.sched.real(id)}`)
    .replace(/\/hooks\/([^/]+)/, (_, name) => `/hooks/${numbered.hook.real(name)}`)
}

function translateAnswer(path: string, text: string, drafts: Map<string, string>, numbered: Numbered): string {
  const environment = /^\/api\/esc\/environments\/[^/]+\/[^/]+\/[^/]+/.exec(path)?.[0] ?? ''
  if (path.includes('/drafts')) {
    return text.replace(/"changeRequestId":"([^"]+)"/, (_, id) => {
      drafts.set(environment, id)
      return `"changeRequestId":"${draftId}"`
    })
  }
  if (path.includes('/history')) return text.replace(/"id":"([^"]+)"/g, (_, id) => `"id":"${numbered.evt.shown(id)}"`)
  if (path.includes('/schedules')) {
    return text.replace(/"id":"([^"]+)"/g, (_, id) => `"id":"${numbered.sched.shown(id)}"`)
  }
  if (/\/hooks(\/[^/]+)?$/.test(path)) {
    return text.replace(/"name":"([^"]+)"/g, (_, name) => `"name":"${numbered.hook.shown(name)}"`)
  }
  return text
}
