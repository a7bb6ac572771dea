// How many audit entries a second become durable when every request waits for its own? `npm run bench audit`
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chainVerifier } from '../src/crypto/index.ts'
import { recorderOf } from '../src/service/audit/recorder.ts'
import { openSqliteStore } from '../src/store/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'openesc-bench-'))
const store = await openSqliteStore({ path: join(folder, 'bench.db'), nowMs: () => Date.now() })
const recorder = recorderOf(store)
const subject = () => ({
  event: 'environment-open',
  organizationId: 'o1',
  at: new Date(),
  caller: null,
  environment: { id: 'e1', project: 'web', name: 'prod' },
  request: { id: 'r1', clientAddress: '198.51.100.1', userAgent: 'bench' },
  facts: { action: 'OpenEnvironment', revision: 7 },
})

/** Entries a second with so many requests under way, each waiting for its entry. */
async function entriesPerSecond(atOnce: number, total: number): Promise<number> {
  const start = performance.now()
  const one = async () => {
    for (let index = 0; index < total / atOnce; index += 1) await recorder.record(subject())
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return Math.round((total / (performance.now() - start)) * 1_000)
}

const results: Record<string, number> = {
  oneAtATime: await entriesPerSecond(1, 500),
  thirtyTwoAtOnce: await entriesPerSecond(32, 8_000),
  fiveHundredAtOnce: await entriesPerSecond(500, 20_000),
}
const next = chainVerifier()
const start = performance.now()
let count = 0
for (let after = 0; ; ) {
  const page = await store.read(({ auditEntries }) => auditEntries.forward('o1', after, 1_000))
  for (const entry of page.items) if (next(entry) !== null) throw new Error(`broken at #${entry.sequence}`)
  count += page.items.length
  if (!page.more) break
  after = page.items.at(-1)!.sequence
}
results['verifiedPerSecond'] = Math.round((count / (performance.now() - start)) * 1_000)
await store.close()
rmSync(folder, { recursive: true })
if (process.argv.includes('--json')) console.log(JSON.stringify({ name: 'audit', results }))
else console.table(results)
