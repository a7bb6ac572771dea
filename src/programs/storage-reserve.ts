import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../diag/index.ts'
import type { LogEvent } from '../service/index.ts'
import type { Store } from '../store/index.ts'

const mebibyte = 1024 * 1024
const wantedBytes = 64 * mebibyte
const marginBytes = 16 * mebibyte
const steps = 8
const watchMilliseconds = 1000

/** Space on the disk of the data folder that is kept back for the audit trail, revocations and the shutdown. */
export interface StorageReserve {
  /** Whether the disk is full up to the reserve: changes are refused, reads go on. */
  readonly low: boolean
  readonly freeBytes: number
  readonly totalBytes: number
  /** How much of the reserve is there. */
  readonly reserveBytes: number
  /** Looks at the disk now. */
  check(): void
  /** Gives a part of the reserve away; false when nothing of it is left. */
  release(): boolean
  /** Ends the watch; the file stays, as the next start wants it. */
  stop(): void
}

/**
 * Keeps a reserve in the file `reserve` of a folder: 64 MiB, or a tenth of a smaller disk. It is real blocks, because
 * whoever fills the disk leaves nothing of space that is merely unused.
 */
export function keepStorageReserve(folder: string, log: (event: LogEvent) => void): StorageReserve {
  const path = join(folder, 'reserve')
  const disk = () => {
    const { blocks, bavail, bsize } = statfsSync(folder)
    return { free: bavail * bsize, total: blocks * bsize }
  }
  let { free, total } = disk()
  const wanted = Math.floor(Math.min(wantedBytes, total / 10))
  const margin = Math.floor(Math.min(marginBytes, total / 50))
  const block = randomBytes(Math.max(1, Math.min(mebibyte, Math.ceil(wanted / steps))))
  let file = openSync(path, 'a', 0o600)
  let held = fstatSync(file).size
  let low = false
  let warned = false

  /** Fills it up as far as the disk allows; blocks, because it is short and happens once. */
  const refill = () => {
    try {
      while (held < wanted) held += writeSync(file, block, 0, Math.min(block.length, wanted - held))
      fsyncSync(file)
    } catch {
      // Full again: what was got is kept.
      held = fstatSync(file).size
    }
  }
  const tell = () => {
    const facts = { freeBytes: free, reserveBytes: held, totalBytes: total }
    if (low) log({ level: 'error', event: 'storage-full', ...facts })
    else log({ level: 'info', event: 'storage-free-again', ...facts })
  }
  const check = () => {
    ;({ free, total } = disk())
    if (!low && free < margin) {
      low = true
      tell()
    } else if (low && free > 2 * margin + (wanted - held)) {
      refill()
      ;({ free } = disk())
      low = free < margin
      if (!low) tell()
    }
    const scarce = free < total / 10
    if (scarce && !warned && !low)
      log({ level: 'warn', event: 'storage-low', freeBytes: free, totalBytes: total })
    warned = scarce
  }
  if (free > 2 * margin + (wanted - held)) refill()
  check()
  const timer = setInterval(() => {
    try {
      check()
    } catch {
      // A folder that cannot be looked at is the store's to report.
    }
  }, watchMilliseconds)
  timer.unref()
  return {
    get low() {
      return low
    },
    get freeBytes() {
      return free
    },
    get totalBytes() {
      return total
    },
    get reserveBytes() {
      return held
    },
    check,
    release() {
      if (held === 0) return false
      held = Math.max(0, held - Math.ceil(wanted / steps))
      try {
        ftruncateSync(file, held)
      } catch {
        // A disk that cannot even free blocks: removing the file may still help.
        closeSync(file)
        rmSync(path, { force: true })
        file = openSync(path, 'a', 0o600)
        held = 0
      }
      return true
    },
    stop: () => clearInterval(timer),
  }
}

/**
 * The store on a disk that may fill up: changes are refused with STORAGE_FULL before the reserve is touched, and what may
 * use the reserve does.
 */
export function storeWithReserve(store: Store, reserve: StorageReserve, path: string): Store {
  const isFull = (error: unknown) => error instanceof AppError && error.code === 'STORAGE_FULL'
  return {
    protect: (macs) => store.protect(macs),
    forget: () => store.forget?.(),
    read: (work) => store.read(work),
    async change(work, options = {}) {
      const { fromReserve = false } = options
      if (reserve.low && !fromReserve) throw new AppError('STORAGE_FULL', { path })
      for (;;) {
        try {
          return await store.change(work, options)
        } catch (error) {
          if (!isFull(error)) throw error
          reserve.check()
          if (!fromReserve || !reserve.release()) throw error
        }
      }
    },
    close: () => store.close(),
  }
}
