import { statSync } from 'node:fs'
import { AppError } from '../../diag/index.ts'
import { copyStore } from './backup.ts'
import type { Connection } from './connection.ts'

/** Whether the files that a connection writes are still the ones that the next start will find. */
export interface Presence {
  /** @throws AppError STORE_REPLACED when they are not; what could be saved was saved */
  require(): void
}

/**
 * Watches the files of a store. A program that removes or replaces them under a server makes it write to files that no name
 * leads to any more: every sync works, and all of it is gone with the process. Asked before anything is acknowledged.
 */
export function watchPresence(path: string, writer: Connection): Presence {
  const names = [path, `${path}-wal`]
  let first: readonly string[] | null = null
  return {
    require() {
      const found = names.map(identityOf)
      first ??= found
      const known = first
      const gone = names.filter((_, index) => found[index] !== known[index])
      if (gone.length === 0) return
      const hint = found[0] === known[0] ? writeBack(writer) : rescue(writer, path)
      throw new AppError('STORE_REPLACED', { path: gone.join('` and `'), hint })
    },
  }
}

function identityOf(name: string): string {
  const found = statSync(name, { throwIfNoEntry: false })
  return found === undefined ? 'none' : `${found.dev}:${found.ino}`
}

/** Only the log is gone, and the connection still has it: what is in it goes into the file. */
function writeBack(writer: Connection): string {
  try {
    const [row] = writer.execute<{ busy: number }>('pragma wal_checkpoint(full)', []).rows
    if (row?.busy === 0)
      return 'all that was acknowledged was written into the data file; start the server again'
  } catch {
    // The disk fails too.
  }
  return 'the log could not be written into the data file: restore a backup'
}

/** The file itself is gone, and the connection still has it: a copy gets a name of its own, if there is a place for one. */
function rescue(writer: Connection, path: string): string {
  try {
    const copy = `${path}.rescued`
    copyStore(writer, path, copy)
    return `all that was acknowledged is in \`${copy}\`: move it to where the data file belongs and start the server again`
  } catch {
    return 'nothing could be saved, since the folder is gone too: restore a backup'
  }
}
