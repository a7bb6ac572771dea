// Clients that read and open, and try again elsewhere as ours do; what share of their calls was answered at once and in the end.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, send } from './workload.ts'

const mostTries = 6

/** How many calls there were, how many were answered at the first try, and how many with up to five more, elsewhere. */
export interface Asked {
  asked: number
  atOnce: number
  answered: number
}

/** Reads and opens until it is stopped, and counts. */
export async function ask(
  client: Client,
  random: () => number,
  counts: Asked,
  stopped: () => boolean,
): Promise<void> {
  while (!stopped()) {
    counts.asked += 1
    const [path, method] =
      random() < 0.5 ? ['/acme/torture/shared', 'GET'] : ['/acme/torture/shared/open', 'POST']
    const first = Math.floor(random() * client.urls.length)
    for (let tries = 0; tries < mostTries; tries += 1) {
      const url = client.urls[(first + tries) % client.urls.length] ?? ''
      const answer = await send(client, url, path ?? '', { method: method ?? 'GET' })
      if (answer?.status === 200) {
        if (tries === 0) counts.atOnce += 1
        counts.answered += 1
        break
      }
      await sleep(100 * 2 ** tries)
    }
    await sleep(5)
  }
}
