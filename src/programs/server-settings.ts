import { homedir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import type { ProgramOptions } from '../cli/index.ts'
import { AppError } from '../diag/index.ts'
import { proxiesOf } from '../http/index.ts'
import type { EvaluatorSettings } from './evaluators.ts'
import type { KeySources } from './key-file.ts'
import { readSettings } from './options.ts'
import { keySources } from './server-keys.ts'

/** What the operator decided, by flag, variable or file. */
export interface ServerSettings {
  readonly host: string
  /** The names that requests may call the server by, beside those that only this network knows. */
  readonly hosts: readonly string[]
  readonly port: number
  readonly data: string
  /** `postgres://…`; absent = a file in the data directory. */
  readonly database: string | undefined
  readonly metricsPort: number | undefined
  readonly keyFile: string
  readonly keySources: KeySources
  readonly issuerBaseUrl: string | undefined
  readonly stsEndpoint: string | undefined
  readonly awsRegion: string
  /** Whether refusals of STS are explained with the role's policy, read from IAM. */
  readonly readRolePolicies: boolean
  /** AWS accounts whose roles may be assumed; empty = any. */
  readonly allowedAccounts: readonly string[]
  readonly organization: string
  readonly user: string
  readonly tokenFile: string
  /** Where signed ends of the audit trails are appended; absent = they go to the log. */
  readonly auditCheckpoints: string | undefined
  readonly allowedTargets: readonly string[]
  readonly trustedProxies: readonly string[]
  /** Requests a second with one token; 0 = no limits. */
  readonly rateLimit: number
  /** The workers that evaluate definitions, and their bounds. */
  readonly evaluator: EvaluatorSettings
  /** Whether unsafe settings keep the server from starting. */
  readonly production: boolean
}

/** The settings of `esc server start`, with defaults in the place of what was not given. @throws AppError SETTING_INVALID */
export function serverSettings(options: ProgramOptions): ServerSettings {
  const settings = readSettings(options)
  const data = resolve((settings.text('data') ?? '~/.openesc').replace(/^~(?=\/|$)/, homedir()))
  const host = settings.text('host') ?? '127.0.0.1'
  const issuerBaseUrl = settings.text('issuerBaseUrl')
  const issuerHost =
    issuerBaseUrl !== undefined && URL.canParse(issuerBaseUrl) ? [new URL(issuerBaseUrl).hostname] : []
  return {
    host,
    hosts: [host, ...issuerHost, ...settings.list('allowedHosts')],
    port: settings.integer('port', { min: 0, max: 65_535 }) ?? 3720,
    data,
    database: settings.text('database'),
    metricsPort: settings.integer('metricsPort', { min: 0, max: 65_535 }),
    keyFile: settings.text('keyFile') ?? join(data, 'key'),
    keySources: keySources(settings),
    issuerBaseUrl,
    stsEndpoint: settings.text('stsEndpoint'),
    awsRegion: settings.text('awsRegion') ?? 'us-east-1',
    readRolePolicies: settings.flag('readRolePolicies'),
    allowedAccounts: accountIds(settings.list('allowedAccounts')),
    organization: settings.text('organization') ?? 'my-org',
    user: settings.text('user') ?? loginName(),
    tokenFile: settings.text('tokenFile') ?? join(data, 'first-token'),
    auditCheckpoints: settings.text('auditCheckpoints'),
    allowedTargets: settings.list('allowedTargets'),
    trustedProxies: proxies(settings.list('trustedProxies')),
    production: settings.flag('production'),
    evaluator: {
      workers: settings.integer('evaluators', { min: 1, max: 16 }) ?? 2,
      milliseconds: settings.integer('evaluationMilliseconds', { min: 100, max: 10_000 }) ?? 2_000,
      heapMebibytes: settings.integer('evaluationMebibytes', { min: 32, max: 512 }) ?? 128,
    },
    rateLimit: settings.integer('rateLimit', { min: 0, max: 1_000_000 }) ?? 50,
  }
}

/** @throws AppError for what is no account's id: a list that nothing fits would stop every login without a word */
function accountIds(given: readonly string[]): readonly string[] {
  for (const got of given)
    if (!/^(?:[A-Za-z0-9_-]+=)?\d{12}$/.test(got))
      throw new AppError('SETTING_INVALID', {
        name: 'allowedAccounts',
        wanted: 'the 12 digits of an AWS account, or an organization, `=` and the digits',
        got,
      })
  return given
}

/** @throws AppError for what is no address: a proxy that nothing fits would make all its callers one */
function proxies(given: readonly string[]): readonly string[] {
  for (const got of given)
    if (proxiesOf([got]) === null)
      throw new AppError('SETTING_INVALID', {
        name: 'trustedProxies',
        wanted: 'an address or a network, such as 10.0.0.1 or 10.0.0.0/8',
        got,
      })
  return given
}

/** Whoever starts the server first is its administrator. */
function loginName(): string {
  const name = userInfo().username
  return /^[a-zA-Z0-9][\w-]{1,38}[a-zA-Z0-9]$/.test(name) ? name : 'admin'
}
