import { randomUUID } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTokenExchange } from '../aws/index.ts'
import type { ProgramOptions } from '../cli/index.ts'
import { type Checkpoint, checkpointKey, createAccessTokenCodec, systemRandom } from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import { type App, createApp, nodeListener, proxiesOf } from '../http/index.ts'
import { createIssuer, type Issuer } from '../oidc/index.ts'
import { createVendorCalls } from '../providers/index.ts'
import { createService, type LogEvent, type Service } from '../service/index.ts'
import { enforceProtection, type Store, signingKeyStorage } from '../store/index.ts'
import { files } from '../world/files.ts'
import { hostsOf } from './admission.ts'
import { awsAccounts } from './aws-account.ts'
import { systemBreakers } from './breakers.ts'
import { createClockWatch, fetchWithClock, issuerWithClock } from './clock-watch.ts'
import { roleIn, roleWarning } from './database-role.ts'
import { createEgress } from './egress.ts'
import { gaugesOf, startEvaluators } from './evaluators.ts'
import { endOnFault, faultOf } from './fault.ts'
import { prepareFolder } from './folder.ts'
import { guardedHooks } from './guarded-hooks.ts'
import { createWatch } from './keep-watch.ts'
import { unlock } from './key-file.ts'
import { keepKeysNew } from './key-work.ts'
import { countingOf, limitsOf, mintLimitOf } from './limits.ts'
import { type Listener, listen } from './listen.ts'
import { countRequest, measuredAnswers, measuredExchange, measuredIssuer, measuredStore } from './measured.ts'
import { createMetrics, type Metrics, serveMetrics } from './metrics.ts'
import { logLine, surviveClosedOutput } from './output.ts'
import { catalogue, providersFor } from './powers.ts'
import { watchPressure } from './pressure.ts'
import { requireLoopback, requireSecure } from './production.ts'
import { serverFacts } from './server-facts.ts'
import { type ServerSettings, serverSettings } from './server-settings.ts'
import { createStatus, type Status } from './status.ts'
import { keepStorageReserve, storeWithReserve } from './storage-reserve.ts'
import { openStore, sqlitePath } from './store.ts'
import { keepTicking } from './ticking.ts'

const tickMilliseconds = 10_000
/** Balancers ask for readiness every few seconds (S-71). */
const drainMilliseconds = 5_000

/** `esc server start`: the service until a signal ends it. Resolves with the exit code. */
export async function startServer(options: ProgramOptions): Promise<number> {
  surviveClosedOutput()
  endOnFault()
  const settings = serverSettings(options)
  // Before anything is opened or made; the clock follows when there is a database to compare with.
  if (settings.production) {
    // A database that does not answer is told of when the store is opened.
    const databaseRole = await roleIn(settings.database).catch(() => undefined)
    requireSecure(serverFacts(settings, { databaseRole }))
  } else requireLoopback(settings.host)
  prepareFolder(settings.data)
  const metrics = createMetrics()
  const log = logTo(logLine(), metrics)
  const opened = measuredStore(await openStore(settings), metrics, endAtOnce)
  // A database keeps its files elsewhere, and its own operator keeps space for it.
  const reserve = settings.database === undefined ? keepStorageReserve(settings.data, log) : null
  const store = reserve === null ? opened : storeWithReserve(opened, reserve, sqlitePath(settings.data))
  const path = settings.database === undefined ? sqlitePath(settings.data) : null
  const status = createStatus({ path, data: settings.data, reserve, metrics, nowMs: () => Date.now() })
  let stopMetrics = () => {}
  try {
    if (settings.metricsPort !== undefined) {
      stopMetrics = await serveMetrics(metrics, settings.metricsPort, () => status.read())
    }
    await serve(settings, store, { metrics, status, log })
  } finally {
    stopMetrics()
    reserve?.stop()
    await store.close()
  }
  return 0
}

/** Lets the answers that are under way say what happened; the next start recovers from the log. */
function endAtOnce({ code, message, hint }: AppError): void {
  const said = code === 'STORE_FAILED' ? 'the disk under the store failed' : message
  const next = code === 'STORE_FAILED' ? 'the server ends, and recovers at the next start' : hint
  process.stderr.write(`error: ${said}; ${next}\n`)
  setTimeout(() => process.exit(1), 100)
}

/** Ends of the audit trails go where the operator said: into a file apart, or to whoever collects the log. */
function checkpointKeeper(
  path: string | undefined,
  log: (event: LogEvent) => void,
): (checkpoint: Checkpoint) => Promise<void> {
  return async (checkpoint) => {
    if (path === undefined) log({ level: 'info', event: 'audit-checkpoint', ...checkpoint })
    else await appendFile(path, `${JSON.stringify(checkpoint)}\n`, { mode: 0o600 })
  }
}

function logTo(write: (line: string) => void, metrics: Metrics): (event: LogEvent) => void {
  return (event) => {
    countRequest(event, metrics)
    const { error } = event
    const said = error instanceof Error ? { error: faultOf(error) } : {}
    write(`${JSON.stringify({ time: new Date().toISOString(), ...event, ...said })}\n`)
  }
}

/** Where it is told how the server does. */
interface Watching {
  readonly metrics: Metrics
  readonly status: Status
  readonly log: (event: LogEvent) => void
}

async function serve(
  settings: ServerSettings,
  store: Store,
  { metrics, status, log }: Watching,
): Promise<void> {
  const nowMs = () => Date.now()
  const databaseRole = await roleIn(settings.database)
  status.databaseRole = databaseRole ?? null
  if (settings.production) {
    requireSecure(serverFacts(settings, { clockAheadMs: await clockAhead(store), databaseRole }))
  }
  const { keyRing, vault, protection, fresh, created, rewrap } = await unlock(
    store,
    settings.keyFile,
    systemRandom,
    settings.keySources,
  )
  const evaluator = startEvaluators(settings.evaluator, (event) => log({ level: 'warn', ...event }))
  gaugesOf(evaluator, metrics)
  const limits = countingOf(settings, status, log)
  // One server alone works on a file, and so can say that none knows nothing of MACs; on PostgreSQL the operator says it.
  if (fresh || settings.database === undefined) await enforceProtection(store, vault, async () => {})
  // The issuer's URL may be the address that is listened on, and a free port is known only then: answers wait for the app.
  const app = Promise.withResolvers<App['answer']>()
  const pressure = watchPressure()
  metrics.gauge(
    'openesc_shed_requests',
    'Requests sent away because there was too much to do.',
    pressure.shed,
  )
  const listener = await listen({
    ...settings,
    sendsAway: pressure.sendsAway,
    isOurHost: hostsOf(settings.hosts),
    drainMilliseconds: settings.production ? drainMilliseconds : 0,
    connections: {
      isShared: proxiesOf(settings.trustedProxies) ?? (() => false),
      ...(settings.rateLimit === 0 ? { mostPerAddress: Number.POSITIVE_INFINITY } : {}),
    },
    take: nodeListener(
      measuredAnswers<Parameters<App['answer']>>(
        async (request, connection) => await (await app.promise)(request, connection),
        metrics,
      ),
    ),
  })
  try {
    const plainIssuer = await createIssuer({
      baseUrl: settings.issuerBaseUrl ?? listener.url,
      storage: { v1: signingKeyStorage(store, 'v1'), v2: signingKeyStorage(store, 'v2') },
      sealer: vault,
      nowMs,
      random: systemRandom,
    })
    const clocks = createClockWatch({ store, nowMs, monotonicMs: () => performance.now(), log })
    status.clocks = clocks
    await clocks.measure()
    const issuer = measuredIssuer(issuerWithClock(plainIssuer, clocks), metrics)
    const breakers = systemBreakers()
    const plainSts = createTokenExchange({
      breakers,
      region: settings.awsRegion,
      fetch: fetchWithClock(fetch, clocks, 'STS'),
      ...(settings.stsEndpoint === undefined ? {} : { endpoint: settings.stsEndpoint }),
      accounts: settings.allowedAccounts,
      ...(settings.readRolePolicies ? { roles: { account: awsAccounts(), nowMs } } : {}),
    })
    metrics.gauge(
      'openesc_targets_closed',
      'Targets that keep failing and are not called for a while.',
      breakers.closed,
    )
    const sts = measuredExchange(plainSts, metrics)
    const egress = createEgress({
      allowed: settings.allowedTargets,
      log: (fact) => log({ level: 'warn', event: 'egress', ...fact }),
    })
    const calls = createVendorCalls({
      send: egress.callVendor,
      sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
      breakers,
    })
    const service = createService({
      store,
      evaluator,
      providers: (scope) => providersFor({ issuer, sts, calls, store, metrics }, scope),
      catalogue,
      crypterFor: vault.crypterFor,
      sealer: vault,
      keyRing,
      tokens: createAccessTokenCodec(await vault.secret('token-pepper'), systemRandom),
      clock: () => new Date(),
      timeout: (milliseconds) => AbortSignal.timeout(milliseconds),
      ids: () => randomUUID(),
      checkpointKey: checkpointKey(await vault.secret('audit-checkpoint')),
      keepCheckpoint: checkpointKeeper(settings.auditCheckpoints, log),
      isStopping: listener.isStopping,
      signingKeys: {
        keys: (name) => issuer[name].keys(),
        rotate: issuer.rotate,
        revoke: issuer.revoke,
      },
      sendHook: guardedHooks(egress.sendHook, breakers),
      refusalOfTarget: egress.refusalOf,
      fetchDocument: egress.fetchDocument,
      log,
      limits: { milliseconds: settings.evaluator.milliseconds },
      counting: limits.counting,
      ...mintLimitOf(settings.rateLimit, limits.counting),
    })
    const first = await foundOnce(service, settings)
    const { v1, v2 } = issuer
    const { answer } = createApp(service, {
      requestIds: () => randomUUID(),
      log,
      issuers: [v1, v2],
      isProxy: proxiesOf(settings.trustedProxies) ?? (() => false),
      ...limitsOf(settings.rateLimit),
      counting: limits.counting,
    })
    await service.auditedRequests.happened('server-started', { keyId: keyRing.keyId, issuer: v1.issuer })
    status.backlog = service.auditedRequests.backlog
    status.issuer = issuer
    status.vault = vault
    status.keysReadMs = nowMs()
    status.protection = await protection.refresh()
    const holder = `${hostname()}-${process.pid}`
    const watch = createWatch({ store, keyRing, status, holder, url: listener.url })
    await watch.look()
    status.ready = true
    app.resolve(answer)
    process.stderr.write(
      welcome(settings, listener, issuer, { keyCreated: created, first, role: roleWarning(databaseRole) }),
    )
    const rounds = {
      clocks: () => clocks.measure(),
      protection: async () => {
        status.protection = await protection.refresh()
        store.forget?.()
      },
      'signing keys': async () => {
        await issuer.tick()
        status.keysReadMs = nowMs()
      },
      installation: () => watch.look(),
      'scheduled work': () => service.tick(holder),
    }
    const stopTicking = keepTicking(tickMilliseconds, rounds, log)
    const stopKeys = keepKeysNew({ service, log, keyId: keyRing.keyId, rewrap })
    await listener.ended
    await Promise.all([stopTicking(), stopKeys()])
    await watch.end()
    await service.auditedRequests.settle()
  } catch (error) {
    app.resolve(async () => ({ status: 503, headers: {}, body: null }))
    await listener.close()
    throw error
  } finally {
    await limits.stop()
    await evaluator.close()
  }
}

/** How far this host's clock is ahead of the database's, where that has one of its own. */
async function clockAhead({ clockMs }: Store): Promise<number> {
  return clockMs === undefined ? 0 : Date.now() - (await clockMs())
}

/** Makes organization, administrator and token when the store is new; the token goes into a file of its owner. */
async function foundOnce(
  service: Service,
  { organization, user, tokenFile }: ServerSettings,
): Promise<boolean> {
  try {
    await service.bootstrap({ organization, login: user }, (token) =>
      files.write(resolve(tokenFile), Buffer.from(`${token}\n`), 0o600),
    )
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'ALREADY_INITIALISED') return false
    throw error
  }
}

function welcome(
  settings: ServerSettings,
  listener: Listener,
  issuer: Issuer,
  {
    keyCreated,
    first,
    role,
  }: { readonly keyCreated: boolean; readonly first: boolean; readonly role: string | null },
): string {
  const lines = [
    `OpenESC listens on ${listener.url}`,
    `  issuer  ${issuer.v1.issuer}`,
    `  data    ${settings.database === undefined ? settings.data : 'in PostgreSQL'}`,
  ]
  if (settings.stsEndpoint !== undefined) {
    lines.push(`  STS     ${settings.stsEndpoint} (not AWS: credentials from there open nothing in AWS)`)
  }
  if (!settings.production)
    lines.push('  mode    development: unsafe settings are let through; --production refuses them')
  if (role !== null) lines.push(`  warning ${role}`)
  if (settings.keySources.kmsKey !== undefined) lines.push(`  key     ${settings.keySources.kmsKey}`)
  if (keyCreated)
    lines.push(
      `  key     ${settings.keyFile} (new: back it up apart from the data; without it the secrets are lost)`,
    )
  if (first) {
    lines.push(
      '',
      `First start: organization \`${settings.organization}\`, administrator \`${settings.user}\`. Log in with`,
      `  PULUMI_ACCESS_TOKEN=$(cat ${resolve(settings.tokenFile)}) esc login ${listener.url}`,
    )
  }
  return `${lines.join('\n')}\n`
}
