import { AppError } from '../diag/index.ts'
import { administratorKeyId, defaultAdministratorSecret } from './credentials.ts'
import { isLoopbackHost } from './issuer-url.ts'

/** What decides whether a sandbox may start. */
export interface SandboxStart {
  readonly host: string
  readonly allowRemote?: boolean | undefined
  /** True when the process, its environment or its configuration says production. */
  readonly production?: boolean | undefined
  /** Address of a database this process would also open, when there is one. */
  readonly database?: string | undefined
  /** URL of an issuer this process would also run, when there is one. */
  readonly issuer?: string | undefined
}

/**
 * What the environment of this process says of a server beside the sandbox: its mode, its database and its issuer, by the variables
 * that `esc server start` reads. A sandbox next to a production server would be a mistake, so they count.
 */
export function neighbours(processEnv: {
  readonly [name: string]: string | undefined
}): Pick<SandboxStart, 'production' | 'database' | 'issuer'> {
  const isOn = /^(?:true|1|yes)$/i.test(processEnv['OPENESC_PRODUCTION'] ?? '')
  return {
    production: isOn || processEnv['NODE_ENV'] === 'production',
    database: processEnv['OPENESC_DATABASE'] || undefined,
    issuer: processEnv['OPENESC_ISSUER_BASE_URL'] || undefined,
  }
}

/** One reason not to start: the setting and how to put it right. */
export interface StartProblem {
  readonly setting: string
  readonly problem: string
  readonly fix: string
}

/** Every reason why a sandbox must not start with these settings; empty when it may (S-40). */
export function startProblems(start: SandboxStart): readonly StartProblem[] {
  const problems: StartProblem[] = []
  if (start.production === true) {
    problems.push({
      setting: 'production',
      problem: 'production mode is on (NODE_ENV or OPENESC_PRODUCTION)',
      fix: 'start the sandbox on a developer machine, without production settings',
    })
  }
  if (!isLoopbackHost(start.host) && start.allowRemote !== true) {
    problems.push({
      setting: 'host',
      problem: `\`${start.host}\` is not a loopback address`,
      fix: 'listen on 127.0.0.1, or add --allow-remote',
    })
  }
  if (start.database !== undefined && !isLocalDatabase(start.database)) {
    problems.push({
      setting: 'database',
      problem: 'a database beyond this machine is configured (OPENESC_DATABASE)',
      fix: 'start the sandbox without it; the sandbox needs no database',
    })
  }
  if (start.issuer?.startsWith('https:')) {
    problems.push({
      setting: 'issuer',
      problem: `the issuer \`${start.issuer}\` (OPENESC_ISSUER_BASE_URL) is one that clouds can trust`,
      fix: 'give the issuer an `http://localhost` address, or run the sandbox as a process of its own',
    })
  }
  return problems
}

// A file, or a server at a loopback address or a socket; what cannot be read may be anywhere.
function isLocalDatabase(database: string): boolean {
  if (!/^postgres(ql)?:/i.test(database)) return true
  const url = URL.parse(database)
  if (url === null) return false
  const hosts = [url.hostname, ...url.searchParams.getAll('host'), ...url.searchParams.getAll('hostaddr')]
  return hosts.every((host) => host === '' || host.startsWith('/') || isLoopbackHost(host))
}

/** @throws AppError `SANDBOX_NOT_ALLOWED` listing every problem of `startProblems` with its fix */
export function requireStartable(start: SandboxStart): void {
  const problems = startProblems(start)
  if (problems.length === 0) return
  throw new AppError('SANDBOX_NOT_ALLOWED', {
    problems: problems.map(({ setting, problem }) => `${setting}: ${problem}`).join('; '),
    fix: problems.map(({ fix }) => fix).join('; '),
  })
}

/** What the command prints when the sandbox listens: that it is one, and how to use it. */
export function banner(facts: {
  readonly url: string
  readonly account: string
  readonly region: string
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: string | undefined
}): string {
  const secret = facts.secretAccessKey ? '(as configured)' : defaultAdministratorSecret
  return [
    'AWS SANDBOX: not AWS, for development only. Its credentials open nothing else.',
    `  endpoint  ${facts.url}`,
    `  account   ${facts.account}`,
    '',
    `  export AWS_ENDPOINT_URL_STS=${facts.url}`,
    `  export AWS_ENDPOINT_URL_IAM=${facts.url}`,
    `  export AWS_REGION=${facts.region} AWS_DEFAULT_REGION=${facts.region}`,
    `  export AWS_ACCESS_KEY_ID=${facts.accessKeyId || administratorKeyId(facts.account)}`,
    `  export AWS_SECRET_ACCESS_KEY=${secret}`,
    '',
    `  why was a call refused?  ${facts.url}/_sandbox/decisions?format=text`,
    '',
  ].join('\n')
}
