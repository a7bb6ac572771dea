import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { chromium, withPage } from '../picture/browser.ts'
import { type Ended, type Home, makeHome, type RealServer, startServer } from './real.ts'

describe('S-15: esc login --device', { concurrency: true }, () => {
  let server: RealServer
  const homes: Home[] = []
  before(async () => {
    server = await startServer()
  })
  after(async () => {
    await server.stop()
    for (const home of homes) home.remove()
  })
  const freshHome = () => {
    const home = makeHome()
    homes.push(home)
    return home
  }
  /** Begins a login; `code` comes as soon as the program shows it. */
  const begin = (home: Home, ...flags: string[]) => {
    const shown = Promise.withResolvers<string>()
    const watch = (child: ChildProcess) => {
      let said = ''
      child.stderr!.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        const code = /code: ([A-Z]{4}-[A-Z]{4})/.exec(said)?.[1]
        if (code !== undefined) shown.resolve(code)
      })
    }
    const ended: Promise<Ended> = home.esc(['login', server.url, ...flags], { started: watch })
    return { code: shown.promise, ended }
  }
  const send = async (path: string, fields: Record<string, string>) => {
    const headers = { 'sec-fetch-site': 'same-origin' }
    const answered = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(fields),
    })
    return { status: answered.status, text: await answered.text() }
  }
  const decide = async (code: string, answer: string) => {
    const { text } = await send('/login/device', { code, token: server.token })
    const confirmation = /name="confirmation" value="([^"]+)"/.exec(text)?.[1] ?? ''
    return await send('/login/device/answer', { confirmation, answer })
  }
  const stored = (home: Home) =>
    (
      JSON.parse(readFileSync(join(home.folder, '.pulumi', 'credentials.json'), 'utf8')) as {
        readonly accounts: Record<string, { readonly accessToken: string }>
      }
    ).accounts[server.url]!.accessToken

  test('prints page and code without a terminal, waits, stores a session, renews it, and logout ends it on the server', async () => {
    const home = freshHome()
    const login = begin(home, '--device')
    const code = await login.code
    assert.equal((await decide(code, 'allow')).status, 200)
    const { code: exit, stdout, stderr } = await login.ended
    assert.equal(exit, 0, stderr)
    assert.match(stdout, /^Logged in to http:\S+ as ada /)
    assert.ok(stderr.includes(`${server.url}/login/device?code=${code}`))
    const first = stored(home)
    assert.match(first, /^esc_s_/)
    assert.equal(statSync(join(home.folder, '.pulumi', 'credentials.json')).mode & 0o777, 0o600)
    assert.equal((await home.esc(['env', 'ls'])).code, 0)

    const renewal = begin(home, '--renew')
    assert.equal((await decide(await renewal.code, 'allow')).status, 200)
    assert.equal((await renewal.ended).code, 0)
    const second = stored(home)
    assert.notEqual(second, first)
    const knows = async (token: string) =>
      (await fetch(`${server.url}/api/user`, { headers: { authorization: `token ${token}` } })).status
    assert.deepEqual(
      [await knows(first), await knows(second)],
      [401, 200],
      'a renewal ends the session before',
    )

    const out = await home.esc(['logout'])
    assert.deepEqual([out.code, out.stdout], [0, `Logged out of ${server.url}\n`])
    assert.equal(await knows(second), 401)
    assert.equal(await knows(server.token), 200, 'the token that allowed it is not touched')
  })

  test('says that it was denied, and stores nothing', async () => {
    const home = freshHome()
    const login = begin(home, '--device')
    await decide(await login.code, 'deny')
    const { code, stderr } = await login.ended
    assert.equal(code, 1)
    assert.match(stderr, /Error: problem logging in: the login was denied in the browser/)
    assert.throws(() => stored(home))
  })

  test('is refused beside an identity token and beside a token in the environment, before anything is asked', async () => {
    const home = freshHome()
    const both = await home.esc(['login', server.url, '--device', '--oidc-token', 'a.b.c'])
    assert.match(both.stderr, /an identity token cannot be combined with --device and --renew/)
    const held = await home.esc(['login', server.url, '--renew'], {
      env: { PULUMI_ACCESS_TOKEN: server.token },
    })
    assert.match(held.stderr, /cannot log in with a browser when an access token is set/)
  })

  test('works in a real browser with keyboard and click, and breaks no policy there', async (t) => {
    if (chromium === null) return t.skip('NOT RUN: there is no Chromium here')
    const home = freshHome()
    const login = begin(home, '--device')
    const code = await login.code
    await withPage(`${server.url}/login/device?code=${code}`, async (page) => {
      const until = async (expression: string) => {
        for (let tries = 0; tries < 100; tries += 1) {
          if (await page.evaluate<boolean>(expression).catch(() => false)) return
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
        assert.fail(`${expression}: ${await page.evaluate<string>('document.body.innerText')}`)
      }
      await page.evaluate(`document.querySelector('#token').value = ${JSON.stringify(server.token)}`)
      await page.evaluate(`document.querySelector('button').click()`)
      await until(`document.title.startsWith('Allow this login?')`)
      const shown = await page.evaluate<string>('document.body.innerText')
      assert.ok(shown.includes(code), shown)
      await page.evaluate(`document.querySelector('button[value=allow]').click()`)
      await until(`document.title.startsWith('Allowed')`)
      assert.deepEqual(page.deeds.dialogs, [])
      assert.doesNotMatch(page.deeds.said.join('\n'), /Content Security Policy/)
      for (const url of page.deeds.requested) assert.ok(url.startsWith(server.url), url)
      assert.ok(page.deeds.requested.every((url) => !url.includes('esc_')))
    })
    assert.equal((await login.ended).code, 0)
  })
})
