import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TemporaryFiles } from '../cli/index.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
const removable = new Set<string>()
let watching = false

/** Fresh files of mode 0600 in the system's place for such; removed when a signal ends the program. */
export const temporary: TemporaryFiles = {
  create: async (pattern, content, { lasting }) => {
    // Loaded with the first file: most commands make none, and a start must stay short.
    const { randomBytes } = await import('node:crypto')
    const name = pattern.includes('*') ? pattern : `${pattern}*`
    const path = join(tmpdir(), name.replace('*', randomBytes(8).toString('hex')))
    // `wx` refuses an existing file or a link somebody planted under the name (S-60).
    const file = openSync(path, 'wx', 0o600)
    try {
      writeFileSync(file, content)
    } finally {
      closeSync(file)
    }
    if (!lasting) {
      removable.add(path)
      watch()
    }
    return path
  },
}

/** Removes what is left on the way out; `exit` fires for normal ends, signals need listeners of their own. */
function watch(): void {
  if (watching) return
  watching = true
  const removeAll = () => {
    for (const path of removable) rmSync(path, { force: true })
  }
  process.once('exit', removeAll)
  for (const signal of signals) {
    process.once(signal, () => {
      // While a child runs, its end decides: the command removes the files then.
      if (process.listenerCount(signal) > 0) return
      removeAll()
      process.kill(process.pid, signal)
    })
  }
}
