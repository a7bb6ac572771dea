// How long does one value take to be sealed, and to be opened again? `npm run bench seal`
import { createSecretKey, randomBytes } from 'node:crypto'
import { bondValue, checkBond, sealValue, systemRandom, unsealValue } from '../src/crypto/index.ts'

const key = { id: 'd_bench', secret: createSecretKey(randomBytes(32)) }
const place = {
  organizationId: 'organization',
  projectId: 'project',
  environmentId: 'environment',
  path: ['values', 'database', 'password'],
}
const count = 50_000

function microsecondsOf(work: () => void): number {
  for (let index = 0; index < 1_000; index += 1) work()
  const start = performance.now()
  for (let index = 0; index < count; index += 1) work()
  return ((performance.now() - start) * 1_000) / count
}

const results = [16, 1_024, 65_536].map((bytes) => {
  const value = randomBytes(bytes)
  const sealed = sealValue(key, place, 7, value, systemRandom)
  const bond = bondValue(key, place, 7, sealed, systemRandom)
  const round = bytes > 10_000 ? 1 : 2
  return {
    bytes,
    sealMicroseconds: Number(
      microsecondsOf(() => sealValue(key, place, 7, value, systemRandom)).toFixed(round),
    ),
    openMicroseconds: Number(microsecondsOf(() => unsealValue(key, place, sealed)).toFixed(round)),
    bindMicroseconds: Number(
      microsecondsOf(() => bondValue(key, place, 7, sealed, systemRandom)).toFixed(round),
    ),
    checkMicroseconds: Number(microsecondsOf(() => checkBond(key, place, 7, sealed, bond)).toFixed(round)),
  }
})
if (process.argv.includes('--json')) console.log(JSON.stringify({ name: 'seal', results }))
else console.table(results)
