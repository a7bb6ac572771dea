import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'

const patienceMilliseconds = 300
const stepMilliseconds = 100
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const

/**
 * Shows on a terminal that something takes long, after 300 ms; the function it gives clears the line again. Nothing is
 * ever written where stderr is no terminal, or one that cannot move its cursor (`TERM=dumb`). There are no colours in it.
 */
export function waiting(words: string): () => void {
  let shown = 0
  let timer = setTimeout(show, patienceMilliseconds)
  timer.unref()
  function show(): void {
    // Loaded when it is needed: most requests are answered long before.
    const { isatty } = createRequire(import.meta.url)('node:tty') as typeof import('node:tty')
    if (!isatty(2) || process.env['TERM'] === 'dumb') return
    write(`\r\x1b[K${frames[shown % frames.length]} ${words}`)
    shown += 1
    timer = setTimeout(show, stepMilliseconds)
    timer.unref()
  }
  return () => {
    clearTimeout(timer)
    if (shown > 0) write('\r\x1b[K')
  }
}

function write(text: string): void {
  try {
    writeSync(2, text)
  } catch {
    // A terminal that has gone away needs no progress.
  }
}
