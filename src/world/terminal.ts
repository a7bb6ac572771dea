import type { Terminal } from '../cli/index.ts'
import { waiting } from './waiting.ts'

/** The person at the terminal. A token is typed unseen. */
export const terminal: Terminal = {
  askSecret: async (question) => {
    if (!process.stdin.isTTY) return null
    process.stderr.write(question)
    const { createInterface } = await import('node:readline')
    const { Writable } = await import('node:stream')
    const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
    const reader = createInterface({ input: process.stdin, output: unseen, terminal: true })
    try {
      return await new Promise((resolve) => {
        reader.once('line', resolve)
        reader.once('SIGINT', () => resolve(null))
        reader.once('close', () => resolve(null))
      })
    } finally {
      reader.close()
      process.stderr.write('\n')
    }
  },
  waiting,
}
