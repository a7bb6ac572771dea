// What `server.ts` compares with: node:http and a JSON answer, after the same look-up of the token that the service does (its row
// by the public id in SQLite, the keyed hash of the secret compared in constant time), and nothing else.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'

const database = new DatabaseSync(':memory:')
database.exec('create table tokens (id text primary key, hash blob, name text) strict')
const pepper = randomBytes(32)
const hashOf = (secret: string) => createHmac('sha256', pepper).update(secret).digest()
const insert = database.prepare('insert into tokens values (?, ?, ?)')
for (let index = 0; index < 10_000; index += 1) insert.run(`id${index}`, hashOf(`secret${index}`), 'a token')
const find = database.prepare('select * from tokens where id = ?')

const server = createServer((request, response) => {
  const [id = '', secret = ''] = (request.headers.authorization ?? '').replace(/^token /, '').split('_')
  const row = find.get(id)
  if (row === undefined || !timingSafeEqual(row['hash'] as Uint8Array, hashOf(secret))) {
    response.writeHead(401).end()
    return
  }
  const body = `${JSON.stringify({ value: 'hello world', trace: { def: { environment: 'web/dev' } } })}\n`
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
process.once('SIGTERM', () => process.exit(0))
