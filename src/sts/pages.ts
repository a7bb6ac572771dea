import { AppError } from '../diag/index.ts'
import { type DecisionLog, formatDecision } from './decision-log.ts'
import { type FaultSwitch, parseFaults } from './faults.ts'

/** What the sandbox's own pages show and change. */
export interface PageParts {
  readonly log: DecisionLog
  readonly faults: FaultSwitch
  readonly reset: () => Promise<void>
}

/**
 * Answers the sandbox's own pages, all below `/_sandbox/`:
 * `GET decisions`, `GET decisions/<id>` (JSON, or text with `?format=text`), `GET health`, `GET` and `PUT faults`
 * (text as `--fault` takes it), `DELETE faults`, `POST reset`.
 */
export async function answerPage(request: Request, body: string, parts: PageParts): Promise<Response> {
  const url = new URL(request.url)
  const page = url.pathname.slice('/_sandbox/'.length)
  const text = url.searchParams.get('format') === 'text' || prefersText(request)
  const decision = /^decisions\/([0-9a-f-]{1,64})$/.exec(page)?.[1]
  switch (`${request.method} ${decision === undefined ? page : 'decision'}`) {
    case 'GET decisions': {
      const entries = parts.log.list()
      return text
        ? plain(entries.map(formatDecision).join('\n'))
        : json({ sandbox: true, decisions: entries })
    }
    case 'GET decision': {
      const entry = parts.log.find(decision ?? '')
      if (entry === undefined)
        return json({ error: 'no such decision: it was reset or pushed out by newer ones' }, 404)
      return text ? plain(formatDecision(entry)) : json({ sandbox: true, ...entry })
    }
    case 'GET health':
      return json({ sandbox: true, ok: true })
    case 'GET faults':
      return json({ sandbox: true, faults: parts.faults.list() })
    case 'PUT faults':
      return setFaults(body, parts)
    case 'DELETE faults':
      parts.faults.set([])
      return json({ sandbox: true, faults: [] })
    case 'POST reset':
      await parts.reset()
      return json({ sandbox: true, reset: true })
    default:
      return json(
        { error: `no ${request.method} /_sandbox/${page.slice(0, 100)}; see GET /_sandbox/decisions` },
        404,
      )
  }
}

function setFaults(body: string, parts: PageParts): Response {
  try {
    parts.faults.set(parseFaults(body))
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return json({ error: error.message, hint: error.hint }, 400)
  }
  return json({ sandbox: true, faults: parts.faults.list() })
}

function prefersText(request: Request): boolean {
  return (request.headers.get('accept') ?? '').startsWith('text/plain')
}

function json(value: unknown, status = 200): Response {
  return new Response(`${JSON.stringify(value, null, 2)}\n`, {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
  })
}

function plain(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
}
