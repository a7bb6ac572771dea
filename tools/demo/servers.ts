// The two programs that the demo and `npm run dev` start: the AWS sandbox and the server that uses it.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Running, startEsc } from './process.ts'

export interface Servers {
  readonly serverUrl: string
  readonly sandboxUrl: string
  readonly administrator: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly accessToken: string
}

/** The account that the sandbox plays. */
export const account = '123456789012'

/** Starts both with data under `folder`; what was started is pushed to `running` even when the second fails. */
export async function startServers(options: {
  readonly folder: string
  readonly serverPort: number
  readonly sandboxPort: number
  readonly env: NodeJS.ProcessEnv
  readonly running: Running[]
  readonly detached: boolean
}): Promise<Servers> {
  const { folder, serverPort, sandboxPort, env, running, detached } = options
  const serverUrl = `http://127.0.0.1:${serverPort}`
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`
  const administrator = {
    accessKeyId: 'AKIASANDBOXADMIN2345',
    secretAccessKey: randomBytes(30).toString('base64'),
  }
  const tokenFile = join(folder, 'token')
  running.push(
    await startEsc(
      ['sandbox', 'aws', '--port', String(sandboxPort), '--account', account],
      {
        ...env,
        OPENESC_SANDBOX_ACCESS_KEY_ID: administrator.accessKeyId,
        OPENESC_SANDBOX_SECRET_ACCESS_KEY: administrator.secretAccessKey,
      },
      `${sandboxUrl}/_sandbox/decisions`,
      { log: join(folder, 'sandbox.log'), detached },
    ),
  )
  running.push(
    await startEsc(
      [
        ...['server', 'start', '--port', String(serverPort), '--data', join(folder, 'data')],
        ...['--issuer-base-url', serverUrl, '--sts-endpoint', sandboxUrl],
        ...['--organization', 'acme', '--user', 'ada', '--token-file', tokenFile],
      ],
      env,
      `${serverUrl}/healthz`,
      { log: join(folder, 'server.log'), detached },
    ),
  )
  const accessToken = (await readFile(tokenFile, 'utf8')).trim()
  return { serverUrl, sandboxUrl, administrator, accessToken }
}

/** What a run must not depend on stays out: no stored login, no AWS settings, no proxy of this machine. */
export function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  const { PATH, TMPDIR, LANG } = process.env
  return {
    ...(PATH ? { PATH } : {}),
    ...(TMPDIR ? { TMPDIR } : {}),
    ...(LANG ? { LANG } : {}),
    HOME: home,
    PULUMI_HOME: join(home, '.pulumi'),
  }
}
