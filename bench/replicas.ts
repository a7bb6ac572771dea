// Three servers on one PostgreSQL: how soon does a revocation on one hold on the others, and how soon are writes taken again after one is
// killed, and after the database restarts? `node bench/replicas.ts [rounds]`
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDatabase } from '../tools/database.ts'
import { freePort } from '../tools/demo/process.ts'
import { TorturedServer } from '../tools/torture/servers.ts'
import { type Client, send } from '../tools/torture/workload.ts'

const rounds = Number(process.argv.find((text) => /^\d+$/.test(text)) ?? 10)

function show(name: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
  console.log(
    `${name.padEnd(52)} p50 ${at(0.5)} ms  p99 ${at(0.99)} ms  longest ${at(1)} ms  (${times.length})`,
  )
}

const folder = await mkdtemp(join(tmpdir(), 'openesc-replicas-'))
const database = await startDatabase()
const servers: TorturedServer[] = []
try {
  const url = await database.create()
  for (let index = 0; index < 3; index += 1) {
    servers.push(new TorturedServer({ folder, port: await freePort(), database: url }))
    await servers[index]!.start()
  }
  const [first, second, third] = servers as [TorturedServer, TorturedServer, TorturedServer]
  const client: Client = { urls: servers.map((server) => server.url), token: await first.token() }
  const call = (server: TorturedServer, token: string, method: string, path: string, body?: object) =>
    fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })

  // From the acknowledgement of the revocation to the first refusal at each of the others, which used the token just before.
  const delays: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const made = (await (
      await call(first, client.token, 'POST', '/api/user/tokens', { description: 'x' })
    ).json()) as {
      id: string
      tokenValue: string
    }
    for (const server of [second, third])
      await (await call(server, made.tokenValue, 'GET', '/api/user')).arrayBuffer()
    await (await call(first, client.token, 'DELETE', `/api/user/tokens/${made.id}`)).arrayBuffer()
    const revoked = performance.now()
    await Promise.all(
      [second, third].map(async (server) => {
        for (;;) {
          const { status } = await call(server, made.tokenValue, 'GET', '/api/user')
          if (status === 401) return delays.push(performance.now() - revoked)
        }
      }),
    )
  }
  show('revocation on one of three servers holds on the others', delays)

  const body = JSON.stringify({ project: 'torture', name: 'shared' })
  await send(client, first.url, '/acme', { method: 'POST', body })
  let count = 0
  // Any server that answers will do, as behind a balancer.
  const writesAgain = async (): Promise<number> => {
    const struck = performance.now()
    for (;;) {
      count += 1
      const server = servers[count % servers.length]!
      const saved = await send(client, server.url, '/acme/torture/shared', {
        method: 'PATCH',
        body: `values:\n  n: ${count}\n`,
      })
      if (saved?.status === 200) return performance.now() - struck
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const killed: number[] = []
  const frozen: number[] = []
  const restarted: number[] = []
  const crashed: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const victim = servers[round % 3]!
    // In the middle of its writes, so that it may hold the lock.
    const underWay = Array.from({ length: 4 }, (_, n) =>
      send(client, victim.url, '/acme/torture/shared', { method: 'PATCH', body: `values:\n  x: ${n}\n` }),
    )
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
    await victim.end('SIGKILL')
    killed.push(await writesAgain())
    await Promise.all(underWay)
    await victim.start()
    victim.signal('SIGSTOP')
    const others = servers.filter((server) => server !== victim)
    const struck = performance.now()
    for (;;) {
      const saved = await send(client, others[count++ % 2]!.url, '/acme/torture/shared', {
        method: 'PATCH',
        body: `values:\n  f: ${count}\n`,
      })
      if (saved?.status === 200) break
    }
    frozen.push(performance.now() - struck)
    victim.signal('SIGCONT')
    if (!process.env['DATABASE_URL']) {
      await database.restart('fast')
      restarted.push(await writesAgain())
      await database.restart('immediate')
      crashed.push(await writesAgain())
    }
  }
  show('a server killed, until the next write is taken', killed)
  show('a server frozen, until the next write is taken', frozen)
  show('the database restarted, from its being back', restarted)
  show('the database killed, from its being back', crashed)
} finally {
  for (const server of servers) await server.end('SIGKILL')
  await database.stop()
  await rm(folder, { recursive: true, force: true })
}
