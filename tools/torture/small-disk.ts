// A disk of a few megabytes for one server: a tmpfs in a mount namespace that ends with the process.
import { type ChildProcess, spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Why this machine cannot give a process a disk of its own; null when it can. */
export function whyNoSmallDisk(): string | null {
  const tried = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp'], { encoding: 'utf8' })
  if (tried.error) return `unshare: ${tried.error.message}`
  return tried.status === 0 ? null : `unshare -m, mount -t tmpfs: ${tried.stderr.trim()}`
}

/** A command line that runs `command` with a fresh disk of `mebibytes` at `folder`. */
export function onSmallDisk(
  folder: string,
  mebibytes: number,
  command: readonly string[],
): readonly string[] {
  const script = `mkdir -p "$0" && mount -t tmpfs -o size=${mebibytes}m,mode=700 tmpfs "$0" && exec "$@"`
  return ['unshare', '-m', 'sh', '-c', script, folder, ...command]
}

/** The disk of a running server, seen from outside through its process. */
export class SmallDisk {
  readonly #root: string
  constructor(child: ChildProcess, folder: string) {
    this.#root = `/proc/${child.pid}/root${folder}`
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.#root)
    return bavail * bsize
  }

  /** Takes what is free, all but `leave` bytes. */
  fill(leave = 0): void {
    const file = openSync(join(this.#root, 'filler'), 'a')
    const block = Buffer.alloc(64 * 1024, 1)
    try {
      for (;;) {
        const left = this.freeBytes - leave
        if (left <= 0) return
        writeSync(file, block, 0, Math.min(block.length, left))
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    } finally {
      closeSync(file)
    }
  }

  /** Gives back what was taken. */
  free(): void {
    rmSync(join(this.#root, 'filler'), { force: true })
  }
}
