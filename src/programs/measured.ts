import { AppError } from '../diag/index.ts'
import type { Provider, Rotator } from '../eval/index.ts'
import type { Sent } from '../http/index.ts'
import type { Issuer } from '../oidc/index.ts'
import type { AwsTokenExchange } from '../providers/index.ts'
import type { LogEvent } from '../service/index.ts'
import type { Store } from '../store/index.ts'
import { type SpanFacts, span } from '../tracing/index.ts'
import type { Metrics } from './metrics.ts'

/** After these a store takes nothing any more. */
const ends = new Set<string>(['STORE_FAILED', 'STORE_REPLACED'])

/**
 * The store, its changes measured. `onFailed` is called when the store has stopped for good after a failed sync: the
 * process must end and recover from the log.
 */
export function measuredStore(store: Store, metrics: Metrics, onFailed: (error: AppError) => void): Store {
  const { clockMs } = store
  return {
    ...(clockMs === undefined ? {} : { clockMs: () => clockMs.call(store) }),
    protect: (macs) => store.protect(macs),
    forget: () => store.forget?.(),
    read: (work) => span('read store', {}, () => store.read(work)),
    async change(work, options) {
      const started = performance.now()
      let result = 'ok'
      metrics.count('openesc_store_changes_in_flight', {})
      try {
        return await span('change store', {}, () => store.change(work, options))
      } catch (error) {
        result = error instanceof AppError ? error.code : 'error'
        if (error instanceof AppError && ends.has(error.code)) onFailed(error)
        throw error
      } finally {
        metrics.count('openesc_store_changes_in_flight', {}, -1)
        metrics.observe('openesc_store_change_seconds', { result }, secondsSince(started))
      }
    },
    close: () => store.close(),
  }
}

/** The exchange with STS, measured. */
export function measuredExchange(exchange: AwsTokenExchange, metrics: Metrics): AwsTokenExchange {
  return {
    ...exchange,
    async assumeRoleWithWebIdentity(request) {
      const started = performance.now()
      let result = 'ok'
      try {
        return await exchange.assumeRoleWithWebIdentity(request)
      } catch (error) {
        result = 'refused'
        throw error
      } finally {
        metrics.observe('openesc_sts_seconds', { result }, secondsSince(started))
      }
    },
  }
}

type InEvaluation = <T>(work: () => T) => T

/** The provider, its opens measured by name and result. */
export function measuredProvider(
  name: string,
  provider: Provider,
  inEvaluation: InEvaluation,
  metrics?: Metrics,
): Provider {
  const facts: SpanFacts = { 'openesc.provider': name }
  return {
    ...provider,
    async open(inputs, context, signal) {
      const started = performance.now()
      let result = 'failed'
      try {
        const opened = await inEvaluation(() =>
          span('open provider', facts, () => provider.open(inputs, context, signal)),
        )
        result = 'ok'
        return opened
      } finally {
        metrics?.observe('openesc_provider_seconds', { provider: name, result }, secondsSince(started))
      }
    },
  }
}

/** The rotator, with a span around each step. */
export function measuredRotator(name: string, rotator: Rotator, inEvaluation: InEvaluation): Rotator {
  const facts: SpanFacts = { 'openesc.rotator': name }
  return {
    ...rotator,
    open: (...given) => inEvaluation(() => span('open provider', facts, () => rotator.open(...given))),
    rotate: (...given) => inEvaluation(() => span('rotate secret', facts, () => rotator.rotate(...given))),
  }
}

/** The issuer, its tokens counted. */
export function measuredIssuer(issuer: Issuer, metrics: Metrics): Issuer {
  return {
    ...issuer,
    mintLoginToken(request) {
      const token = issuer.mintLoginToken(request)
      metrics.count('openesc_tokens_minted_total', { issuer: 'v1' })
      return token
    },
    mintIdentityToken(request) {
      const token = issuer.mintIdentityToken(request)
      metrics.count('openesc_tokens_minted_total', { issuer: 'v2' })
      return token
    },
  }
}

/** Answers measured from the listener's side. */
export function measuredAnswers<Arguments extends readonly unknown[]>(
  answer: (...given: Arguments) => Promise<Sent>,
  metrics: Metrics,
): (...given: Arguments) => Promise<Sent> {
  return async (...given) => {
    const started = performance.now()
    metrics.count('openesc_requests_in_flight', {})
    try {
      const response = await answer(...given)
      metrics.observe(
        'openesc_request_seconds',
        { class: `${Math.floor(response.status / 100)}xx` },
        secondsSince(started),
      )
      return response
    } finally {
      metrics.count('openesc_requests_in_flight', {}, -1)
    }
  }
}

/** Counts what a log event of a request says. */
export function countRequest(event: LogEvent, metrics: Metrics): void {
  if (event.event !== 'request') return
  const { operation, status } = event as LogEvent & { operation?: unknown; status?: unknown }
  const route = typeof operation === 'string' && operation !== '' ? operation : 'none'
  metrics.count('openesc_requests_total', { operation: route, status: String(status) })
  if (!/^Open(Environment|Yaml)/.test(route)) return
  metrics.count('openesc_opens_total', { result: Number(status) < 400 ? 'ok' : 'refused' })
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000
}
