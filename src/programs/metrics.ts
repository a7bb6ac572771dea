import { createServer } from 'node:http'

type Labels = Readonly<Record<string, string>>

// Upper bounds in seconds.
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

interface Family {
  readonly help: string
  readonly type: 'counter' | 'histogram' | 'gauge'
  readonly series: Map<string, Series>
}

interface Series {
  readonly labels: Labels
  count: number
  sum: number
  readonly below: number[]
}

/** Counters and histograms by name and labels, and their text for Prometheus. */
export interface Metrics {
  count(name: string, labels: Labels, by?: number): void
  /** Notes how long something took. */
  observe(name: string, labels: Labels, seconds: number): void
  /** Makes a gauge known: `read` is asked whenever somebody looks. A reading that is null is left out. */
  gauge(name: string, help: string, read: () => number | null | ReadonlyMap<string, number>): void
  /** The text exposition format 0.0.4. */
  text(): string
}

const families: Readonly<Record<string, Pick<Family, 'help' | 'type'>>> = {
  openesc_requests_total: { type: 'counter', help: 'Requests answered, by operation and status.' },
  openesc_request_seconds: { type: 'histogram', help: 'Time from a request to its answer.' },
  openesc_opens_total: { type: 'counter', help: 'Environments opened, by result.' },
  openesc_tokens_minted_total: { type: 'counter', help: 'Identity tokens signed, by issuer.' },
  openesc_provider_seconds: {
    type: 'histogram',
    help: 'Time of opens of providers, by provider and result.',
  },
  openesc_sts_seconds: { type: 'histogram', help: 'Time of exchanges with AWS STS, by result.' },
  openesc_requests_in_flight: { type: 'gauge', help: 'Requests that are being answered.' },
  openesc_store_changes_in_flight: { type: 'gauge', help: 'Units of work that are under way or wait.' },
  openesc_store_change_seconds: {
    type: 'histogram',
    help: 'Time of a unit of work until it is durable, waiting included, by result.',
  },
}

/** Empty metrics of this product; names that are none of them are a mistake of the caller. */
export function createMetrics(): Metrics {
  const known = new Map<string, Family>(
    Object.entries(families).map(([name, family]) => [name, { ...family, series: new Map() }]),
  )
  const gauges = new Map<string, Gauge>()
  const series = (name: string, labels: Labels): Series => {
    const family = known.get(name)
    if (family === undefined) throw new Error(`no metric \`${name}\``)
    const key = keyOf(labels)
    const found = family.series.get(key)
    if (found !== undefined) return found
    const made = { labels, count: 0, sum: 0, below: buckets.map(() => 0) }
    family.series.set(key, made)
    return made
  }
  return {
    count(name, labels, by = 1) {
      series(name, labels).count += by
    },
    observe(name, labels, seconds) {
      const found = series(name, labels)
      found.count += 1
      found.sum += seconds
      buckets.forEach((bound, index) => {
        if (seconds <= bound) found.below[index] = (found.below[index] ?? 0) + 1
      })
    },
    gauge: (name, help, read) => gauges.set(name, { help, read }),
    text: () =>
      [
        ...[...known].map(([name, family]) => familyText(name, family)),
        ...[...gauges].map(([name, gauge]) => gaugeText(name, gauge)),
        processText(),
      ].join(''),
  }
}

interface Gauge {
  readonly help: string
  readonly read: () => number | null | ReadonlyMap<string, number>
}

function gaugeText(name: string, { help, read }: Gauge): string {
  const reading = read()
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`]
  if (typeof reading === 'number') lines.push(`${name} ${reading}`)
  else
    for (const [reference, value] of reading ?? [])
      lines.push(`${name}${labelText({ of: reference })} ${value}`)
  return `${lines.join('\n')}\n`
}

function familyText(name: string, { help, type, series }: Family): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
  for (const { labels, count, sum, below } of series.values()) {
    if (type !== 'histogram') {
      lines.push(`${name}${labelText(labels)} ${count}`)
      continue
    }
    buckets.forEach((bound, index) => {
      lines.push(`${name}_bucket${labelText({ ...labels, le: String(bound) })} ${below[index] ?? 0}`)
    })
    lines.push(`${name}_bucket${labelText({ ...labels, le: '+Inf' })} ${count}`)
    lines.push(`${name}_sum${labelText(labels)} ${sum}`, `${name}_count${labelText(labels)} ${count}`)
  }
  return `${lines.join('\n')}\n`
}

function processText(): string {
  return [
    '# HELP process_resident_memory_bytes Memory of the process.',
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    '# HELP process_uptime_seconds Time since the process started.',
    '# TYPE process_uptime_seconds gauge',
    `process_uptime_seconds ${process.uptime()}`,
    '',
  ].join('\n')
}

/** What tells series apart: no value holds a NUL. */
function keyOf(labels: Labels): string {
  let key = ''
  for (const name in labels) key += `${name}\0${labels[name]}\0`
  return key
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** Serves the metrics at `/metrics`, and what the server says of itself at `/status`, on a port of the loopback interface; gives a function that stops it. */
export async function serveMetrics(
  metrics: Metrics,
  port: number,
  status: () => object = () => ({}),
): Promise<() => void> {
  const server = createServer((request, response) => {
    if (request.method === 'GET' && request.url === '/status') {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(`${JSON.stringify(status(), null, 2)}\n`)
      return
    }
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    response
      .writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
      .end(metrics.text())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return () => {
    server.close()
    server.closeAllConnections()
  }
}
