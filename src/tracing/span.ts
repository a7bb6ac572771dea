import {
  context,
  ProxyTracerProvider,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { AppError } from '../diag/index.ts'

/** What a span may be called. The names are few, so that whoever looks can group by them. */
export type SpanName =
  | 'request'
  | 'evaluate'
  | 'load environment'
  | 'decrypt'
  | 'open provider'
  | 'rotate secret'
  | 'mint token'
  | 'exchange token'
  | 'read store'
  | 'change store'

/** What a span may tell: an allow-list. Never a value, a token, a key, a path with a query or the text of an error (S-67). */
export interface SpanFacts {
  readonly 'http.request.method'?: string
  readonly 'http.response.status_code'?: number
  /** The path's template, such as `/api/esc/environments/{org}/{project}/{env}`. */
  readonly 'http.route'?: string
  readonly 'openesc.operation'?: string
  readonly 'openesc.request_id'?: string
  readonly 'openesc.environment'?: string
  readonly 'openesc.revision'?: number
  readonly 'openesc.provider'?: string
  readonly 'openesc.rotator'?: string
  readonly 'openesc.issuer'?: string
  readonly 'openesc.platform'?: string
}

/** A span that is open, to be told more. */
export interface OpenSpan {
  tell(facts: SpanFacts): void
}

const silent: OpenSpan = { tell: () => undefined }

/**
 * Runs `work` in a span below the one it is called in, and ends the span with it. A failure is told by its code, never by its
 * text. Without a registered tracer this is `work()` and nothing else.
 */
export function span<T>(
  name: SpanName,
  facts: SpanFacts,
  work: (span: OpenSpan) => Promise<T>,
  kind: SpanKind = SpanKind.INTERNAL,
): Promise<T> {
  const tracer = registeredTracer()
  if (tracer === undefined) return work(silent)
  return tracer.startActiveSpan(name, { kind, attributes: { ...facts } }, (opened) => ended(opened, work))
}

/** A span around a call that leaves this process. @see span */
export function callSpan<T>(name: SpanName, facts: SpanFacts, work: () => Promise<T>): Promise<T> {
  return span(name, facts, work, SpanKind.CLIENT)
}

/** The span of a request, below the client's own where its headers name one (W3C Trace Context). @see span */
export function requestSpan<T>(
  headers: { get(name: string): string | null; keys(): Iterable<string> },
  facts: SpanFacts,
  work: (span: OpenSpan) => Promise<T>,
): Promise<T> {
  if (registeredTracer() === undefined) return work(silent)
  const above = propagation.extract(context.active(), headers, {
    keys: (carrier) => [...carrier.keys()],
    get: (carrier, name) => carrier.get(name) ?? undefined,
  })
  return context.with(above, () => span('request', facts, work, SpanKind.SERVER))
}

/**
 * Remembers the span that is open now. What it gives runs work below that span also when it is called from a place that
 * knows of none, such as the answer of another thread.
 */
export function remembered(): <T>(work: () => T) => T {
  if (registeredTracer() === undefined) return (work) => work()
  const here = context.active()
  return (work) => context.with(here, work)
}

/** The headers that hand the open span on with a call; none when there is no tracer or no propagator. */
export function spanHeaders(): Readonly<Record<string, string>> {
  if (registeredTracer() === undefined) return {}
  const headers: Record<string, string> = {}
  propagation.inject(context.active(), headers)
  return headers
}

async function ended<T>(opened: Span, work: (span: OpenSpan) => Promise<T>): Promise<T> {
  try {
    return await work({ tell: (facts) => void opened.setAttributes({ ...facts }) })
  } catch (error) {
    opened.setStatus({ code: SpanStatusCode.ERROR, message: codeOf(error) })
    throw error
  } finally {
    opened.end()
  }
}

function codeOf(error: unknown): string {
  if (error instanceof AppError) return error.code
  return error instanceof Error ? error.name : 'unknown'
}

/** The tracer of whatever the operator registered; undefined when nothing is. */
function registeredTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider()
  // The API's own stand-in says whether anything is behind it; a provider of another copy of the API is a real one.
  return provider instanceof ProxyTracerProvider
    ? provider.getDelegateTracer('openesc')
    : provider.getTracer('openesc')
}
