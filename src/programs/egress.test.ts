import assert from 'node:assert/strict'
import { createServer, type LookupFunction } from 'node:net'
import { test } from 'node:test'
import { isMetadataAddress, isPublicAddress } from './addresses.ts'
import { createEgress, EgressError } from './egress.ts'

const hook = (url: string) => ({ organizationId: 'o', url, headers: {}, body: '{}' })

test('S-49: addresses inside, reserved or mapped are not called', () => {
  const refused = [
    ...['127.0.0.1', '127.255.255.254', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '169.254.170.2', '100.64.0.1', '100.127.255.255', '0.0.0.0', '0.1.2.3'],
    ...['192.0.0.1', '192.0.2.1', '192.88.99.1', '198.18.0.1', '198.19.255.255', '198.51.100.1'],
    ...['203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
    ...['::1', '::', 'fe80::1', 'febf::1', 'fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', 'ff0e::1'],
    ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:169.254.169.254', '::ffff:7f00:1', '::127.0.0.1'],
    ...['64:ff9b::a00:1', '64:ff9b::127.0.0.1', '64:ff9b:1::1', '2002:7f00:1::', '2002:a00:1::1'],
    ...['2001::1', '2001:db8::1', '100::1', '3fff::1', '5f00::1'],
    ...['localhost', '127.1', '0x7f.1', '2130706433', '', '1.1.1.1.1', '::g'],
  ]
  for (const address of refused) assert.equal(isPublicAddress(address), false, address)
  for (const address of [
    '1.1.1.1',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00:1450::1',
  ])
    assert.equal(isPublicAddress(address), true, address)
  for (const address of ['169.254.169.254', 'fd00:ec2::254', '::ffff:169.254.169.254', '100.100.100.200'])
    assert.equal(isMetadataAddress(address), true, address)
})

/** A name server that gives these addresses, a list after another, and counts. */
function names(...answers: readonly (readonly string[])[]): LookupFunction & { asked: number } {
  const lookup: LookupFunction & { asked: number } = Object.assign(
    ((_host, _options, done) => {
      const list = answers[Math.min(lookup.asked, answers.length - 1)] ?? []
      lookup.asked += 1
      done(
        null,
        list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }) as LookupFunction,
    { asked: 0 },
  )
  return lookup
}

/** How else one may write an address: as numbers of other bases, with fewer parts, in IPv6. */
function spellings(address: string): readonly string[] {
  const parts = address.split('.').map(Number)
  const [a = 0, b = 0, c = 0, d = 0] = parts
  const whole = ((a * 256 + b) * 256 + c) * 256 + d
  const hex = (number: number) => number.toString(16)
  const mapped = `${hex(a * 256 + b)}:${hex(c * 256 + d)}`
  return [
    address,
    `${address}.`,
    String(whole),
    `0x${hex(whole)}`,
    `0${whole.toString(8)}`,
    parts.map((part) => `0x${hex(part)}`).join('.'),
    parts.map((part) => `0${part.toString(8)}`).join('.'),
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    parts.map((part) => `%3${String(part)[0]}${String(part).slice(1)}`).join('.'),
    address.replaceAll('.', '。'),
    `[::ffff:${address}]`,
    `[::ffff:${mapped}]`,
    `[::${address}]`,
    `[64:ff9b::${mapped}]`,
    `[2002:${mapped}::1]`,
  ]
}

test('S-49: no spelling of an inner address is called, nor looked up', async () => {
  const lookup = names(['127.0.0.1'])
  const egress = createEgress({ lookup })
  const inner = [
    '127.0.0.1',
    '10.0.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '100.64.0.1',
    '0.0.0.0',
  ]
  const hosts = [...inner.flatMap(spellings), '[::1]', '[::]', '[fe80::1%25eth0]', '[fd00:ec2::254]']
  const shapes = (host: string) => [`https://${host}/`, `https://user:pw@${host}/`]
  const urls = [
    ...hosts.flatMap(shapes),
    'http://hooks.example.com/',
    'https://hooks.example.com:8443/',
    'https://hooks.example.com:22/',
    'https://user@hooks.example.com/',
    'ftp://hooks.example.com/',
    'file:///etc/passwd',
    'gopher://hooks.example.com/',
    'data:text/plain,x',
    '//hooks.example.com/',
    'hooks.example.com',
    '',
  ]
  assert.ok(urls.length >= 150, String(urls.length))
  for (const url of urls) {
    await assert.rejects(() => egress.sendHook(hook(url)), EgressError, url)
    await assert.rejects(() => egress.fetchDocument(url), EgressError, url)
  }
  assert.equal(lookup.asked, 0)
})

test('S-49: a name is refused when any of its addresses is inside, and the connection goes where the check looked', async () => {
  const opened: string[] = []
  const server = createServer((socket) => {
    opened.push(socket.remoteAddress ?? '')
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  for (const answers of [
    [['127.0.0.1']],
    [['8.8.8.8', '127.0.0.1']],
    [['2606:4700::1111', '::1']],
    [['::ffff:127.0.0.1']],
    [[]],
  ]) {
    const lookup = names(...answers, ['127.0.0.1'])
    await assert.rejects(
      () => createEgress({ lookup }).sendHook(hook('https://hooks.example.com/')),
      EgressError,
    )
    assert.equal(lookup.asked, 1, 'a second look-up could give another answer')
  }
  assert.deepEqual(opened, [])
  server.close()
})

test('S-50: what the operator lists is called, its sibling is not, a metadata service never is', async () => {
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const listed = `inner.test:${port}`
  const egress = createEgress({
    allowed: [listed, '169.254.169.254:443', 'meta.test:443'],
    lookup: names(['127.0.0.1']),
  })
  await assert.rejects(() => egress.fetchDocument(`https://${listed}/`), EgressError)
  assert.equal(connections, 1, 'it was called: only its TLS is none')
  await assert.rejects(() => egress.fetchDocument(`https://sibling.test:${port}/`), EgressError)
  await assert.rejects(() => egress.fetchDocument('https://inner.test/'), EgressError)
  await assert.rejects(() => egress.fetchDocument('https://169.254.169.254/'), EgressError)
  const meta = createEgress({ allowed: ['meta.test:443'], lookup: names(['169.254.169.254']) })
  await assert.rejects(() => meta.fetchDocument('https://meta.test/'), EgressError)
  assert.equal(connections, 1)
  server.close()
})

test('S-51: refused, closed, silent and wrong targets give one error; only the operator learns which it was', async () => {
  const server = createServer((socket) => socket.end('SSH-2.0-x\r\n'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const free = (closed.address() as { port: number }).port
  await new Promise((resolve) => closed.close(resolve))
  const told: string[] = []
  const egress = createEgress({
    allowed: [`a.test:${port}`, `a.test:${free}`],
    lookup: names(['127.0.0.1']),
    log: ({ why }) => told.push(why),
  })
  const messages = new Set<string>()
  for (const url of [
    `https://a.test:${port}/`,
    `https://a.test:${free}/`,
    'https://a.test/',
    'https://a.test:1/',
    'https://10.0.0.1/',
    'http://a.test/',
  ]) {
    await egress.fetchDocument(url).catch((error: Error) => messages.add(`${error.name}: ${error.message}`))
  }
  assert.deepEqual([...messages], ['EgressError: the target could not be reached'])
  assert.equal(new Set(told).size, 6)
  server.close()
})
