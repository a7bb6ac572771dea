// What runs in a worker of the evaluator pool. It is started with a small heap, without environment variables, and is handed
// every text, plaintext and provider's answer by its host: it needs no file, network, clock or key.
import { isMainThread, parentPort } from 'node:worker_threads'
import { createWorkerSide, type HostMessage } from '../evaluator/index.ts'
import { type ProviderPowers, providerCatalogue, rotatorCatalogue } from '../providers/index.ts'
import { freezeRealm } from './frozen-realm.ts'

/** Schemas and inspections need none of a provider's powers; whatever reached for one would fail. */
const noPowers = {} as ProviderPowers

function described<T>(
  what: string,
  catalogue: { readonly [name: string]: { readonly make: (powers: ProviderPowers) => T } },
  name: string,
): T {
  const entry = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined
  if (entry === undefined) throw new Error(`unknown ${what} ${JSON.stringify(name)}`)
  return entry.make(noPowers)
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort
  freezeRealm()
  const take = createWorkerSide({
    post: (message, handedOver) => port.postMessage(message, handedOver),
    cpuMilliseconds: () => {
      const { user, system } = process.threadCpuUsage()
      return (user + system) / 1000
    },
    timeout: (milliseconds) => AbortSignal.timeout(milliseconds),
    descriptions: {
      provider: (name) => described('provider', providerCatalogue, name),
      rotator: (name) => described('rotator', rotatorCatalogue, name),
    },
  })
  port.on('message', (message: HostMessage) => take(message))
}
