import { accessSync, constants, statSync } from 'node:fs'
import { constants as system } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import type { Child, ChildEnd } from '../cli/index.ts'

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/** The path of a program as the shell would find it; throws `executable file not found in $PATH`. */
export async function lookPath(name: string): Promise<string> {
  const candidates = name.includes('/')
    ? [resolve(name)]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder || '.', name))
  const found = candidates.find(isExecutable)
  if (found === undefined)
    throw new Error(
      `exec: "${name}": ${name.includes('/') ? 'no such executable file' : 'executable file not found in $PATH'}`,
    )
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/**
 * Runs a program to its end. It shares our process group, so the terminal's signals reach it; signals sent to us alone are
 * handed on, and we outlive the child to clean up.
 */
export async function spawn(child: Child): Promise<ChildEnd> {
  const { spawn: start } = await import('node:child_process')
  return await new Promise((settle, reject) => {
    const running = start(child.path, child.args, {
      env: child.processEnv,
      stdio: [
        'inherit',
        child.stdout === 'inherit' ? 'inherit' : 'pipe',
        child.stderr === 'inherit' ? 'inherit' : 'pipe',
      ],
    })
    const handOn = (signal: NodeJS.Signals) => void running.kill(signal)
    for (const signal of forwarded) process.on(signal, handOn)
    const release = () => {
      for (const signal of forwarded) process.off(signal, handOn)
    }
    for (const [pipe, take] of [
      [running.stdout, child.stdout],
      [running.stderr, child.stderr],
    ] as const) {
      if (take === 'inherit') continue
      // Without this a program that writes without end, such as `yes`, would go on for nobody.
      pipe?.on('data', (chunk: Buffer) => {
        if (take(chunk) === 'more') return
        // Node's pipes are sockets, which say `connection reset`: programs expect this instead, and end quietly.
        running.kill('SIGPIPE')
        pipe.destroy()
      })
    }
    running.once('error', (error) => {
      release()
      reject(error)
    })
    running.once('close', (code, signal) => {
      release()
      settle({
        code: code ?? 1,
        signal: signal === null ? null : { name: signal, number: system.signals[signal] },
      })
    })
  })
}

/** Shows text through a pager such as `less -R -F`; false when there is no such program. */
export async function page(pager: string, text: Uint8Array): Promise<boolean> {
  const [name = '', ...args] = pager.trim().split(/\s+/)
  const path = await lookPath(name).catch(() => null)
  if (path === null) return false
  const { spawn: start } = await import('node:child_process')
  return await new Promise((settle) => {
    const running = start(path, args, { stdio: ['pipe', 'inherit', 'inherit'] })
    running.once('error', () => settle(false))
    running.once('close', () => settle(true))
    running.stdin.on('error', () => {})
    running.stdin.end(text)
  })
}
