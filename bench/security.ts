// Four figures that a security engineer asks for: are altered values noticed, how fast is a token checked, how soon does a
// revoked one stop, and how many rights were tried? `npm run bench security`
import { createSecretKey, randomBytes } from 'node:crypto'
import { createAccessTokenCodec, sealValue, systemRandom, unsealValue } from '../src/crypto/index.ts'
import { routes } from '../src/http/index.ts'
import { createWorld } from '../tests/http/world.ts'

const key = { id: 'd_bench', secret: createSecretKey(randomBytes(32)) }
const place = { organizationId: 'o', projectId: 'p', environmentId: 'e', path: ['values', 'password'] }

/** Each with one bit of one byte flipped, anywhere: header, nonce, ciphertext, tag. */
function bitFlips(tries: number): number {
  let noticed = 0
  for (let index = 0; index < tries; index += 1) {
    const sealed = Uint8Array.from(sealValue(key, place, 7, randomBytes(1 + (index % 100)), systemRandom))
    const bit = randomBytes(4).readUInt32BE() % (sealed.length * 8)
    sealed[bit >> 3]! ^= 1 << (bit & 7)
    try {
      unsealValue(key, place, sealed)
    } catch {
      noticed += 1
    }
  }
  return noticed
}

function perSecond(count: number, work: () => void): number {
  for (let index = 0; index < 1_000; index += 1) work()
  const start = performance.now()
  for (let index = 0; index < count; index += 1) work()
  return Math.round((count / (performance.now() - start)) * 1_000)
}

const codec = createAccessTokenCodec(randomBytes(32), systemRandom)
const token = codec.make('personal').text
const damaged = `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`

function tellDamaged(): void {
  try {
    codec.read(damaged)
  } catch {
    // Told apart without a look into the store.
  }
}

const world = await createWorld()
/** Milliseconds from the acknowledged revocation to the first refusal, on the server that revoked. */
async function revocationMilliseconds(): Promise<number> {
  const made = await world.call('ada', 'POST /api/user/tokens', { body: { name: 'x', description: 'x' } })
  const { id, tokenValue } = made.json() as { id: string; tokenValue: string }
  await world.call('ada', `DELETE /api/user/tokens/${id}`)
  const start = performance.now()
  const headers = { authorization: `token ${tokenValue}` }
  while ((await world.call('nobody', 'GET /api/user', { headers })).status !== 401);
  return performance.now() - start
}
const delays: number[] = []
for (let index = 0; index < 50; index += 1) delays.push(await revocationMilliseconds())
/** A caller is looked up and judged at each request. */
const requests = 2_000
const start = performance.now()
for (let index = 0; index < requests; index += 1) await world.call('ada', 'GET /api/user')
const wholeRequests = Math.round((requests / (performance.now() - start)) * 1_000)
await world.close()

const callers = 7
const flips = 10_000
const results = [
  { what: 'bit flips noticed', figure: `${bitFlips(flips)} of ${flips}` },
  { what: 'tokens read and hashed a second', figure: perSecond(50_000, () => void codec.read(token)) },
  { what: 'damaged tokens told a second', figure: perSecond(50_000, tellDamaged) },
  { what: 'authenticated requests a second, in process', figure: wholeRequests },
  { what: 'revocation, slowest of 50, ms', figure: Number(Math.max(...delays).toFixed(2)) },
  {
    what: 'rights tried by the matrix test: routes × callers × {there, not}',
    figure: routes.length * callers * 2,
  },
]
if (process.argv.includes('--json')) console.log(JSON.stringify({ name: 'security', results }))
else console.table(results)
