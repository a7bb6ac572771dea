// Reads everything back and holds it against the history.
import { type ChainedEntry, chainVerifier } from '../../src/crypto/index.ts'
import type { History } from './history.ts'
import { type Client, send } from './workload.ts'

/** How far the audit trail was followed, and the saves and creations it tells of: `project/name@revision`, `project/name`. */
export interface Trail {
  sequence: number
  hash: string
  readonly told: Set<string>
}

/** A trail from its start. */
export function freshTrail(): Trail {
  return { sequence: 0, hash: '', told: new Set() }
}

export interface Verdict {
  readonly lost: readonly string[]
  readonly torn: readonly string[]
}

/** What of the history the server no longer has, and what it has half. Each revision read is held in `seen`: it may never change. */
export async function check(
  client: Client,
  history: Pick<History, 'saves' | 'created'>,
  seen: Map<string, string>,
  trail: Trail,
): Promise<Verdict> {
  const lost: string[] = []
  const torn: string[] = []
  const url = client.urls[0] ?? ''
  for (const [name, outcome] of history.created) {
    if (outcome !== 'ok') continue
    const found = await send(client, url, `/acme/torture/${name}`)
    if (found?.status !== 200) lost.push(`environment ${name}: ${found?.status ?? 'no answer'}`)
  }
  const names = [...new Set(history.saves.map(({ environment }) => environment))]
  for (const name of names) await checkEnvironment(name)
  const broken = await brokenTrail(client, url, trail)
  if (broken !== null) torn.push(broken)
  for (const { environment, revision, outcome } of history.saves) {
    const saved = `torture/${environment}@${revision}`
    if (outcome === 'ok' && !trail.told.has(saved)) torn.push(`${saved} is not in the audit trail`)
  }
  for (const [name, outcome] of history.created) {
    if (outcome === 'ok' && !trail.told.has(`torture/${name}`))
      torn.push(`torture/${name} is not in the audit trail`)
  }
  return { lost, torn }

  async function checkEnvironment(name: string): Promise<void> {
    const head = await send(client, url, `/acme/torture/${name}`)
    const latest = Number(head?.headers.get('pulumi-esc-revision') ?? 0)
    const saves = history.saves.filter(({ environment }) => environment === name)
    const written = new Map(saves.map((save) => [save.token, save]))
    const tokens = new Map<string, number>()
    for (let number = 2; number <= latest; number += 1) {
      const key = `${name}@${number}`
      const text = await revisionText(name, number, latest, head?.text ?? '', seen.get(key))
      const token = /^ {2}token: (\S+)$/m.exec(text ?? '')?.[1]
      if (text === null || token === undefined) {
        torn.push(`${key} cannot be read`)
        continue
      }
      if (seen.has(key) && seen.get(key) !== text) lost.push(`${key} changed`)
      seen.set(key, text)
      const save = written.get(token)
      if (save === undefined || save.outcome === 'fail') torn.push(`${key} is nobody's accepted save`)
      else if (save.parent !== number - 1) torn.push(`${key} does not follow its parent`)
      if (tokens.has(token)) torn.push(`${key} repeats ${name}@${tokens.get(token)}`)
      tokens.set(token, number)
    }
    for (const save of saves) {
      if (save.outcome === 'ok' && tokens.get(save.token) !== save.revision) {
        lost.push(`${name}: save ${save.token} was acknowledged as revision ${save.revision}`)
      }
    }
  }

  // Old revisions were read before; of those, a few are read again each time.
  async function revisionText(name: string, number: number, latest: number, head: string, known?: string) {
    if (number === latest) return head
    if (known !== undefined && number < latest - 3) return known
    const found = await send(client, url, `/acme/torture/${name}/versions/${number}`)
    return found?.status === 200 ? found.text : null
  }
}

function note(told: Set<string>, body: string): void {
  const { event, environment, revision } = JSON.parse(body) as Record<string, unknown>
  if (event === 'environment-updated') told.add(`${environment}@${revision}`)
  if (event === 'environment-created') told.add(`${environment}`)
}

/** What breaks the audit trail's chain of hashes; null when it holds from where it was followed to, to its end. */
async function brokenTrail({ token }: Client, url: string, trail: Trail): Promise<string | null> {
  const next = chainVerifier(trail)
  for (;;) {
    const path = `/api/orgs/acme/auditlogs/export?after=${trail.sequence}`
    const response = await fetch(`${url}${path}`, { headers: { authorization: `token ${token}` } })
    const text = await response.text()
    if (!response.ok) return `the audit trail cannot be read: ${response.status}`
    const lines = text.split('\n').filter((line) => line !== '')
    if (lines.length === 0) return null
    for (const line of lines) {
      const entry = JSON.parse(line) as ChainedEntry
      const broken = next(entry)
      if (broken !== null) return `audit trail, entry ${broken.sequence}: ${broken.why}`
      trail.sequence = entry.sequence
      trail.hash = entry.hash
      note(trail.told, entry.body)
    }
    // Reading writes an entry of its own, so the end is the page that was not full.
    if (lines.length < 1000) return null
  }
}
