export type { OpenSpan, SpanFacts, SpanName } from './span.ts'
export { callSpan, remembered, requestSpan, span, spanHeaders } from './span.ts'
export { carriedTraceparent, isTraceparent, traceIdOf } from './traceparent.ts'
