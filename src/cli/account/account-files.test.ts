import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { files as disk } from '../../world/files.ts'
import type { World } from '../world.ts'
import { AccountFiles, CorruptFile } from './account-files.ts'

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** Account files in a fresh folder on the real disk. */
function fresh(processEnv: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'esc-accounts-'))
  folders.push(folder)
  const world = {
    homeDirectory: folder,
    processEnv,
    files: disk,
    clock: {
      now: () => performance.timeOrigin + performance.now(),
      sleep: (milliseconds: number) => sleep(milliseconds),
      timeZone: 'UTC',
    },
  } as unknown as World
  return { folder, accounts: new AccountFiles(world), path: join(folder, '.pulumi', 'credentials.json') }
}

const account = (accessToken: string) => ({ accessToken, username: 'ada' })

test('accounts are stored for their owner alone, indented by four, in the shared form (S-59)', async () => {
  const { accounts, path, folder } = fresh()
  await accounts.update(() => ({ current: 'u', accessTokens: { u: 't' }, accounts: { u: account('t') } }))
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(statSync(join(folder, '.pulumi')).mode & 0o777, 0o700)
  assert.match(readFileSync(path, 'utf8'), /^\{\n {4}"current": "u",/)
  assert.deepEqual(await accounts.credentials(), {
    current: 'u',
    accessTokens: { u: 't' },
    accounts: { u: account('t') },
  })
})

test('the file goes when the last token goes', async () => {
  const { accounts, path, folder } = fresh()
  await accounts.update(() => ({ accessTokens: { u: 't' }, accounts: { u: account('t') } }))
  await accounts.update((credentials) => ({ ...credentials, accessTokens: {}, accounts: {} }))
  assert.deepEqual(readdirSync(join(folder, '.pulumi')), [])
  assert.deepEqual(await accounts.credentials(), {})
  assert.throws(() => statSync(path), { code: 'ENOENT' })
})

test('what another program wrote stays', async () => {
  const { accounts, path } = fresh()
  await accounts.update(() => ({ accounts: { u: account('t') } }))
  writeFileSync(path, JSON.stringify({ extra: 1, accounts: { u: { ...account('t'), more: true } } }), {
    mode: 0o600,
  })
  await accounts.update((credentials) => ({ ...credentials, current: 'u' }))
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), {
    extra: 1,
    accounts: { u: { ...account('t'), more: true } },
    current: 'u',
  })
})

test('a file that others can read is refused with the command that closes it (S-59)', async () => {
  const { accounts, path } = fresh()
  await accounts.update(() => ({ accounts: { u: account('t') } }))
  const { chmodSync } = await import('node:fs')
  for (const mode of [0o644, 0o640, 0o606]) {
    chmodSync(path, mode)
    await assert.rejects(accounts.credentials(), {
      message: `credentials_too_open: ${path} has mode ${mode.toString(8)}, so that others can use your access tokens; run: chmod 600 ${path}`,
    })
  }
})

test('a folder in which others can replace the file is refused with the command that closes it (S-59)', async () => {
  const { accounts, folder } = fresh()
  await accounts.update(() => ({ accounts: { u: account('t') } }))
  const { chmodSync } = await import('node:fs')
  const home = join(folder, '.pulumi')
  chmodSync(home, 0o777)
  await assert.rejects(accounts.credentials(), {
    message: `credentials_too_open: ${home} has mode 777, so that others can replace your account; run: chmod 700 ${home}`,
  })
  for (const mode of [0o1777, 0o755, 0o700]) {
    chmodSync(home, mode)
    assert.deepEqual(Object.keys((await accounts.credentials()).accounts ?? {}), ['u'], mode.toString(8))
  }
})

test('a link in the place of the file is replaced, and what it leads to is not written to (S-59)', async () => {
  const { accounts, folder, path } = fresh()
  const victim = join(folder, 'victim')
  const { lstatSync, mkdirSync, symlinkSync } = await import('node:fs')
  writeFileSync(victim, '{"extra":"kept"}', { mode: 0o600 })
  mkdirSync(join(folder, '.pulumi'), { mode: 0o700 })
  symlinkSync(victim, path)
  await accounts.update((credentials) => ({ ...credentials, accounts: { u: account('t') } }))
  assert.equal(readFileSync(victim, 'utf8'), '{"extra":"kept"}')
  assert.ok(lstatSync(path).isFile())
})

test('a link that somebody planted under the name of the new file is not followed (S-59)', async () => {
  const { accounts, folder, path } = fresh()
  const victim = join(folder, 'victim')
  const { lstatSync, mkdirSync, symlinkSync } = await import('node:fs')
  writeFileSync(victim, 'as it was', { mode: 0o644 })
  mkdirSync(join(folder, '.pulumi'), { mode: 0o700 })
  symlinkSync(victim, `${path}.${process.pid}.tmp`)
  await accounts.update(() => ({ accounts: { u: account('t') } }))
  assert.equal(readFileSync(victim, 'utf8'), 'as it was')
  assert.equal(statSync(victim).mode & 0o777, 0o644)
  assert.ok(lstatSync(path).isFile())
})

test('a broken file says how to reset it, and not what it holds', async () => {
  for (const content of ['{"accessTokens":{"u":"pul-secret"', '', '[]', 'null', '"pul-secret"']) {
    const { accounts, path } = fresh()
    await accounts.update(() => ({ accounts: { u: account('t') } }))
    writeFileSync(path, content, { mode: 0o600 })
    await assert.rejects(accounts.credentials(), (error: Error) => {
      assert.ok(error instanceof CorruptFile)
      assert.match(error.message, /^please re-run `esc login` to reset your credentials file\. \(/)
      assert.doesNotMatch(error.message, /pul-secret/)
      return true
    })
    assert.deepEqual(await accounts.readableCredentials(), {})
    await accounts.update((credentials) => ({ ...credentials, accounts: { v: account('n') } }))
    assert.deepEqual(await accounts.credentials(), { accounts: { v: account('n') } })
  }
})

test('writers at once lose nothing', async () => {
  const { accounts, folder } = fresh()
  const urls = Array.from({ length: 12 }, (_, at) => `https://esc-${at}.test`)
  await Promise.all(
    urls.map((url) =>
      accounts.update((credentials) => ({
        ...credentials,
        accounts: { ...credentials.accounts, [url]: account(url) },
      })),
    ),
  )
  assert.deepEqual(Object.keys((await accounts.credentials()).accounts ?? {}).sort(), [...urls].sort())
  assert.deepEqual(readdirSync(join(folder, '.pulumi')), ['credentials.json'])
})

test('a lock that a killed process left behind is taken over', async () => {
  const { accounts, path } = fresh()
  await accounts.update(() => ({ accounts: { u: account('t') } }))
  const { utimesSync } = await import('node:fs')
  writeFileSync(`${path}.lock`, '')
  const old = performance.timeOrigin / 1000 - 60
  utimesSync(`${path}.lock`, old, old)
  await accounts.update((credentials) => ({ ...credentials, current: 'u' }))
  assert.equal((await accounts.credentials()).current, 'u')
})

test('our own choice and the default organization have files of their own', async () => {
  const { accounts, folder } = fresh()
  assert.equal(await accounts.ownBackend(), '')
  await accounts.setOwnBackend('https://esc.test')
  assert.equal(await accounts.ownBackend(), 'https://esc.test')
  assert.equal(
    readFileSync(join(folder, '.pulumi', '.esc', 'credentials.json'), 'utf8'),
    '{\n    "name": "https://esc.test"\n}\n',
  )
  await accounts.setDefaultOrganization('https://esc.test', 'acme')
  await accounts.setDefaultOrganization('https://other.test', 'shop')
  assert.equal(await accounts.defaultOrganization('https://esc.test'), 'acme')
  assert.equal(await accounts.defaultOrganization('https://unknown.test'), '')
})

test('PULUMI_HOME moves all files, PULUMI_CREDENTIALS_PATH the shared ones', async () => {
  const target = mkdtempSync(join(tmpdir(), 'esc-accounts-'))
  folders.push(target)
  const { accounts } = fresh({
    PULUMI_HOME: join(target, 'home'),
    PULUMI_CREDENTIALS_PATH: join(target, 'shared'),
  })
  await accounts.update(() => ({ accounts: { u: account('t') } }))
  await accounts.setOwnBackend('u')
  assert.deepEqual(readdirSync(join(target, 'shared')), ['credentials.json'])
  assert.deepEqual(readdirSync(join(target, 'home', '.esc')), ['credentials.json'])
})
