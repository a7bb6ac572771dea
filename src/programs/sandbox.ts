import { lookup } from 'node:dns/promises'
import type { ProgramOptions } from '../cli/index.ts'
import { systemRandom } from '../crypto/index.ts'
import {
  banner,
  createSandbox,
  neighbours,
  parseFaults,
  requireStartable,
  type StateFile,
} from '../sts/index.ts'
import { files } from '../world/files.ts'
import { listen, webListener } from './listen.ts'
import { readSettings } from './options.ts'
import { surviveClosedOutput } from './output.ts'

/** `esc sandbox aws`: IAM and STS on this machine until a signal ends it. Resolves with the exit code. */
export async function startSandbox(options: ProgramOptions): Promise<number> {
  surviveClosedOutput()
  const settings = readSettings(options)
  const host = settings.text('host') ?? '127.0.0.1'
  const account = settings.text('account') ?? '123456789012'
  const region = settings.text('region') ?? 'us-east-1'
  const keys = {
    accessKeyId: settings.text('accessKeyId'),
    secretAccessKey: settings.text('secretAccessKey'),
  }
  const beside = neighbours(process.env)
  requireStartable({ host, allowRemote: settings.flag('allowRemote'), ...beside })
  const state = settings.text('state')
  const sandbox = createSandbox({
    ...keys,
    account,
    region,
    production: beside.production,
    hosts: [host, ...settings.list('hosts')],
    allowRemote: settings.flag('allowRemote'),
    now: () => Date.now(),
    fetch: (url, init) => fetch(url, init),
    random: systemRandom,
    resolve: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    faults: settings.list('faults').flatMap((fault) => parseFaults(fault)),
    state: state === undefined ? undefined : stateFile(state),
    allowLinkLocal: settings.flag('allowLinkLocal'),
    decisionLimit: settings.integer('decisionLimit', { min: 1, max: 100_000 }),
    log: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
  })
  await sandbox.ready()
  const listener = await listen({
    host,
    port: settings.integer('port', { min: 0, max: 65_535 }) ?? 3721,
    // It knows its hosts itself, and has an answer of its own for others.
    isOurHost: () => true,
    take: webListener((request, remoteAddress) =>
      sandbox.fetch(request, { incoming: { socket: { remoteAddress } } }),
    ),
  })
  process.stderr.write(banner({ url: listener.url, account, region, ...keys }))
  await listener.ended
  return 0
}

function stateFile(path: string): StateFile {
  return {
    load: async () => {
      const content = await files.read(path)
      return content === null ? null : Buffer.from(content).toString('utf8')
    },
    save: async (text) => await files.write(path, Buffer.from(text), 0o600),
  }
}
