type Json = Readonly<Record<string, unknown>>

/**
 * What a server says of itself, for a person: a line for each fact, lists below each other. The JSON is made by `createStatus` of
 * a server that may be older or newer than this program, so that nothing is taken for granted in it.
 */
export function statusText(status: Json): string {
  const lines: string[] = []
  const fact = (name: string, value: unknown) => {
    if (value !== undefined && value !== null && value !== '')
      lines.push(`${name.padEnd(16)}${String(value)}`)
  }
  const installation = objectIn(status, 'installation')
  const keys = objectIn(installation, 'keys')
  const waiting = objectIn(installation, 'waiting')
  const audit = objectIn(status, 'audit')
  const storage = objectIn(status, 'storage')
  const database = objectIn(status, 'database')
  fact('version', `${status['version']}, schema ${status['schema']}, on ${status['store']}`)
  fact('ready', status['ready'] === true ? 'yes' : 'no')
  fact('up', duration(status['uptimeSeconds']))
  fact('memory', mebibytes(status['residentBytes']))
  fact('event loop lag', `${milliseconds(status['eventLoopLagP99Seconds'])} (99th percentile)`)
  fact('records', status['records'] === 'enforced' ? 'protected' : `not yet protected (${status['records']})`)
  fact(
    'database',
    database['role'] && (database['problem'] ?? `as \`${database['role']}\`, whom row-level security binds`),
  )
  fact('audit', `${audit['waiting'] ?? 0} waiting, the oldest ${audit['oldestMs'] ?? 0} ms`)
  for (const [name, ahead] of Object.entries(objectIn(status, 'clockAheadSeconds')))
    fact('clock', `${ahead} s ahead of ${name}`)
  for (const [name, age] of Object.entries(objectIn(status, 'cacheAgeSeconds')))
    fact('remembered', `${name}, read ${duration(age)} ago`)
  if (status['store'] === 'sqlite') {
    fact('log', mebibytes(status['walBytes']))
    fact(
      'backup',
      status['backupAgeSeconds'] === null ? 'never' : `${duration(status['backupAgeSeconds'])} ago`,
    )
  }
  if (storage['freeBytes'] !== undefined)
    fact(
      'space',
      `${mebibytes(storage['freeBytes'])} free of ${mebibytes(storage['totalBytes'])}${storage['full'] === true ? ': FULL' : ''}`,
    )
  fact(
    'key',
    keys['keyId'] && `${keys['keyId']}, in use since ${keys['inUseSince'] ?? 'before it was noted'}`,
  )
  fact(
    'data keys',
    keys['dataKeys'] !== undefined &&
      `${keys['dataKeys']}, ${keys['retired']} retired, ${keys['underOldKeys']} under other keys, the oldest from ${keys['oldest']}`,
  )
  for (const key of listIn(status, 'signingKeys'))
    fact('signing key', `${key['issuer']} ${key['kid']} ${key['state']} since ${key['since']}`)
  for (const replica of listIn(installation, 'replicas'))
    fact(
      'server',
      `${replica['holder']} ${replica['version']} at ${replica['url']}, last seen ${replica['lastSeen']}`,
    )
  for (const lease of listIn(installation, 'leases'))
    fact('lease', `${lease['what']}: ${lease['holder']} until ${lease['until']}`)
  for (const trail of listIn(installation, 'trails'))
    fact('audit trail', `${trail['name']} #${trail['sequence']} ${String(trail['hash']).slice(0, 16)}…`)
  fact(
    'waiting',
    waiting['firings'] !== undefined &&
      `${waiting['firings']} scheduled runs, ${waiting['deliveries']} deliveries`,
  )
  fact('store asked', installation['asOf'])
  return lines.join('\n')
}

function objectIn(value: Json, name: string): Json {
  const found = value[name]
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Json) : {}
}

function listIn(value: Json, name: string): readonly Json[] {
  const found = value[name]
  return Array.isArray(found) ? found.filter((item) => typeof item === 'object' && item !== null) : []
}

function mebibytes(bytes: unknown): string | null {
  return typeof bytes === 'number' ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : null
}

function milliseconds(value: unknown): string {
  return typeof value === 'number' ? `${Math.round(value * 1000)} ms` : 'unknown'
}

function duration(value: unknown): string {
  if (typeof value !== 'number') return 'unknown'
  if (value < 120) return `${Math.round(value)} s`
  if (value < 7_200) return `${Math.round(value / 60)} min`
  return value < 172_800 ? `${Math.round(value / 3_600)} h` : `${Math.round(value / 86_400)} days`
}
