import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where a Chromium is found, `null` when there is none; the variable names another. */
export const chromium: string | null =
  [
    process.env['OPENESC_CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].find((path) => path !== undefined && existsSync(path)) ?? null

/** What the page did besides showing itself: console messages, policy violations, requests and dialogs. */
export interface Deeds {
  readonly said: string[]
  readonly requested: string[]
  readonly dialogs: string[]
}

/** A page in a browser without a window. */
export interface Page {
  readonly deeds: Deeds
  readonly resize: (width: number, height: number, dark: boolean) => Promise<void>
  /** The value of an expression in the page; the page's own policy does not bind it. */
  readonly evaluate: <T>(expression: string) => Promise<T>
}

type Message = {
  readonly id?: number
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

/** Opens a file, or a page by its URL, in a browser of its own and closes it after `use`. */
export async function withPage<T>(file: string, use: (page: Page) => Promise<T>): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), 'esc-browser-'))
  const browser = spawn(chromium!, [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-extensions',
    `--user-data-dir=${profile}`,
    '--remote-debugging-port=0',
    'about:blank',
  ])
  try {
    const session = await connect(await endpointOf(browser))
    const page = await openPage(session, file)
    return await use(page)
  } finally {
    const ended = new Promise((resolve) => browser.once('exit', resolve))
    browser.kill()
    await ended
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

function endpointOf(browser: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    browser.stderr!.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const found = /DevTools listening on (ws:\S+)/.exec(said)
      if (found !== null) resolve(found[1]!)
    })
    browser.once('exit', (code) => reject(new Error(`the browser ended with ${code}: ${said}`)))
  })
}

type Send = (
  method: string,
  params?: Record<string, unknown>,
  sessionId?: string,
) => Promise<Record<string, unknown>>

interface Session {
  readonly send: Send
  readonly listen: (listener: (message: Message) => void) => void
}

async function connect(url: string): Promise<Session> {
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true })
    socket.addEventListener('error', reject, { once: true })
  })
  const waiting = new Map<number, (message: Message) => void>()
  const listeners: ((message: Message) => void)[] = []
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id === undefined) for (const listener of listeners) listener(message)
    else waiting.get(message.id)?.(message)
  })
  let last = 0
  const send: Send = (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      last += 1
      waiting.set(last, ({ result, error }) =>
        error === undefined ? resolve(result ?? {}) : reject(new Error(`${method}: ${error.message}`)),
      )
      socket.send(JSON.stringify({ id: last, method, params, ...(sessionId !== undefined && { sessionId }) }))
    })
  return { send, listen: (listener) => listeners.push(listener) }
}

async function openPage({ send, listen }: Session, file: string): Promise<Page> {
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' })
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true })
  const ask = (method: string, params: Record<string, unknown> = {}) =>
    send(method, params, sessionId as string)
  const deeds: Deeds = { said: [], requested: [], dialogs: [] }
  const loaded = new Promise<void>((resolve) => {
    listen(({ method, params = {} }) => {
      if (method === 'Page.loadEventFired') resolve()
      if (method === 'Log.entryAdded' || method === 'Runtime.consoleAPICalled')
        deeds.said.push(JSON.stringify(params))
      if (method === 'Page.javascriptDialogOpening') deeds.dialogs.push(String(params['message']))
      if (method === 'Network.requestWillBeSent') {
        deeds.requested.push((params['request'] as { readonly url: string }).url)
      }
    })
  })
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await ask(`${domain}.enable`)
  await ask('Page.navigate', { url: /^https?:/.test(file) ? file : `file://${file}` })
  await loaded
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await ask('Runtime.evaluate', { expression, returnByValue: true })
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
    return (result as { readonly value: T }).value
  }
  return {
    deeds,
    evaluate,
    resize: async (width, height, dark) => {
      await ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
      const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]
      await ask('Emulation.setEmulatedMedia', { features })
    },
  }
}
