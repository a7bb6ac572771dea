import type { ServiceParts } from './parts.ts'

const probeMilliseconds = 2_000
const owner = 'server'
const setting = 'readyProbe'

/**
 * Tells whether requests can be served now (S-70): the store takes writes, and so does the trail, which lies in it; the key that
 * seals can be used; a signing key signs; the server is not about to stop. What lies elsewhere is asked for at most every two
 * seconds, however often somebody asks here.
 */
export function createReadiness(parts: ServiceParts): () => Promise<boolean> {
  let askedMs = Number.NEGATIVE_INFINITY
  let answer: Promise<boolean> = Promise.resolve(true)
  return async () => {
    if (parts.isStopping?.() === true) return false
    const nowMs = parts.clock().getTime()
    if (Math.abs(nowMs - askedMs) >= probeMilliseconds) {
      askedMs = nowMs
      answer = probe(parts, nowMs)
    }
    return await answer
  }
}

async function probe({ store, keyRing, signingKeys }: ServiceParts, nowMs: number): Promise<boolean> {
  try {
    await store.change(({ settings }) => settings.put(owner, setting, nowMs))
    const signs = signingKeys?.keys('v1').some(({ state }) => state === 'active') ?? true
    return signs && ((await keyRing?.usable()) ?? true)
  } catch {
    return false
  }
}
