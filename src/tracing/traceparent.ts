const form = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** Whether a text is a `traceparent` of version 00 that names a trace (W3C Trace Context, section 3.2). */
export function isTraceparent(text: string | null | undefined): text is string {
  const [, traceId = '', parentId = ''] = form.exec(text ?? '') ?? []
  return /[1-9a-f]/.test(traceId) && /[1-9a-f]/.test(parentId)
}

/**
 * The `traceparent` that a call made for a request carries when nothing traces: the client's own, or one whose trace is the
 * request's id, which must be a UUID. So a provider's log and ours can be laid side by side. Undefined for another id.
 */
export function carriedTraceparent(request: {
  readonly id: string
  readonly traceparent?: string | undefined
}): string | undefined {
  if (isTraceparent(request.traceparent)) return request.traceparent
  const id = request.id.replaceAll('-', '').toLowerCase()
  const made = `00-${id}-${id.slice(16)}-00`
  return isTraceparent(made) ? made : undefined
}

/** The trace that a `traceparent` names; undefined when it is none. */
export function traceIdOf(text: string | null): string | undefined {
  return isTraceparent(text) ? text.slice(3, 35) : undefined
}
