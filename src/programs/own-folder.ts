import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const hourMs = 3_600_000
const form = /^openesc-backup-(\d+)-[A-Za-z0-9]{6}$/

/**
 * Runs `work` with a folder of its own, which nobody else may enter and which is gone afterwards. Folders that killed runs of before
 * left there go first.
 */
export async function inFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  removeLeftovers(parent)
  const folder = mkdtempSync(join(parent, `openesc-backup-${process.pid}-`))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Removes what runs that were killed left in a folder; gives its paths. Only what is certainly nobody's: a folder of this user, whose
 * process is gone and in which nothing was written for an hour, since a process of another container is not seen from here.
 */
export function removeLeftovers(parent: string, nowMs: number = Date.now()): readonly string[] {
  const removed: string[] = []
  for (const name of readdirSync(parent)) {
    const pid = Number(form.exec(name)?.[1] ?? Number.NaN)
    if (Number.isNaN(pid)) continue
    const path = join(parent, name)
    try {
      if (isAlive(pid) || !isOwn(path) || nowMs - writtenMs(path) < hourMs) continue
      rmSync(path, { recursive: true, force: true })
      removed.push(path)
    } catch {
      // Another run removes it at the same time, or it cannot be removed: the work does not depend on it.
    }
  }
  return removed
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function isOwn(path: string): boolean {
  const facts = lstatSync(path)
  return facts.isDirectory() && (process.getuid === undefined || facts.uid === process.getuid())
}

function writtenMs(folder: string): number {
  const times = readdirSync(folder).map((name) => lstatSync(join(folder, name)).mtimeMs)
  return Math.max(lstatSync(folder).mtimeMs, ...times)
}
