import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'esc-run-'
const ours = /^esc-run-(\d+)-(\d+)-[0-9a-f]+$/

/**
 * Where directories for secret files are made: the runtime directory of the user, which lies in memory, when it is theirs
 * alone; else the system's place for temporary files.
 */
export function privateBase(): string {
  const runtime = process.env['XDG_RUNTIME_DIR'] ?? ''
  return runtime.startsWith('/') && isOurs(runtime) ? runtime : tmpdir()
}

/** The name of a directory of this process: it tells the process and when it began, so that others can see it is gone. */
export function nameOfOurs(random: string): string {
  return `${prefix}${process.pid}-${startOf(process.pid) ?? 0}-${random}`
}

/**
 * Removes the directories that killed processes of this user left behind (S-60). Cheap enough for every start: one
 * directory is listed. Never fails: what cannot be removed now is found again by the next start.
 */
export function sweepLeftovers(): void {
  for (const base of new Set([privateBase(), tmpdir()])) {
    for (const path of leftoversIn(base)) {
      try {
        rmSync(path, { recursive: true, force: true })
      } catch {
        // Somebody else's fault on a disk that is full or read-only is no reason to fail a command.
      }
    }
  }
}

function leftoversIn(base: string): readonly string[] {
  try {
    return readdirSync(base)
      .filter((name) => name.startsWith(prefix) && isAbandoned(name))
      .map((name) => join(base, name))
      .filter(isOurs)
  } catch {
    return []
  }
}

/** Whether the process that a name tells of is gone, or another one has its number now. */
function isAbandoned(name: string): boolean {
  const [, pid = '', start = ''] = ours.exec(name) ?? []
  if (pid === '') return false
  const began = startOf(Number(pid))
  if (began !== null) return start !== '0' && began !== start
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

/** When a process began, in the kernel's ticks; null where that cannot be told, or there is no such process. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold blanks and parentheses of its own; the start is the 22nd field.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

/** A directory, no link to one, that belongs to this user and that nobody else can look into. */
function isOurs(path: string): boolean {
  try {
    const status = lstatSync(path)
    return status.isDirectory() && status.uid === process.getuid?.() && (status.mode & 0o077) === 0
  } catch {
    return false
  }
}
