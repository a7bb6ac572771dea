// The one place where the command line meets the real world: clock, disk, network, processes, terminal.
import { homedir, hostname, userInfo } from 'node:os'
import { runCli, type World } from './cli/index.ts'
import { createNodeTransport, proxyFor } from './client/index.ts'
import { lookPath, page, spawn } from './world/children.ts'
import { files } from './world/files.ts'
import { sweepLeftovers } from './world/leftovers.ts'
import { input, sink } from './world/streams.ts'
import { temporary } from './world/temporary.ts'
import { terminal } from './world/terminal.ts'
import { traceparentOf } from './world/traceparent.ts'
import { version } from './world/version.ts'

const world: World = {
  version,
  processEnv: process.env,
  // An empty variable names the root of the disk.
  homeDirectory: homedir() || userInfo().homedir,
  machine: hostname,
  traceparent: traceparentOf(process.env['TRACEPARENT'], Math.random),
  stdin: input(),
  stdout: sink(1),
  stderr: sink(2),
  files,
  transport: (options) =>
    createNodeTransport({
      ...options,
      ...patience(process.env['OPENESC_TIMEOUT_SECONDS']),
      proxy: (url) => proxyFor(url, process.env),
    }),
  certificates: async (host, port) =>
    await (await import('./world/certificates.ts')).readCertificates(host, port),
  clock: {
    now: () => Date.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    get timeZone() {
      return Intl.DateTimeFormat().resolvedOptions().timeZone
    },
  },
  temporary,
  lookPath,
  spawn,
  page,
  terminal,
  programs: {
    startServer: async (options) => await (await import('./programs/server.ts')).startServer(options),
    startSandbox: async (options) => await (await import('./programs/sandbox.ts')).startSandbox(options),
    maintain: async (task, options, report) =>
      await (await import('./programs/maintenance.ts')).maintain(task, options, report),
    awsAccount: async (options) => (await import('./programs/aws-account.ts')).openAwsAccount(options),
  },
  defaultBackend: null,
}

/** How long one request may take; what is no positive number leaves the 60 seconds there are. */
function patience(seconds: string | undefined): { readonly timeoutMilliseconds?: number } {
  const milliseconds = Math.ceil(Number(seconds ?? '') * 1000)
  return milliseconds > 0 && milliseconds < 2 ** 31 ? { timeoutMilliseconds: milliseconds } : {}
}

// No top-level await: the shipped bundle is CommonJS.
void runCli(process.argv.slice(2), world).then((code) => {
  process.exitCode = code
  sweepLeftovers()
})
