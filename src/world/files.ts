import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { FileSystem } from '../cli/index.ts'

/**
 * The real disk. The calls are synchronous behind their promises: nothing else runs in a program this short, and
 * `node:fs/promises` takes 2 ms to load.
 */
export const files: FileSystem = {
  read: async (path) => unless('ENOTDIR', null, () => unless('ENOENT', null, () => readFileSync(path))),
  write: async (path, content, mode) => writeDurably(path, content, mode),
  create: async (path, content, mode) => {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
    const file = unless('EEXIST', null, () => openSync(path, flags, mode))
    if (file === null) return false
    closing(file, () => writeFileSync(file, content))
    return true
  },
  remove: async (path) => rmSync(path, { force: true }),
  list: async (path) => {
    const names = unless('ENOTDIR', null, () => unless('ENOENT', null, () => readdirSync(path)))
    return names === null ? null : names.sort()
  },
  makeDirectory: async (path, mode) => {
    makeDirectories(path, mode)
  },
  status: async (path) => {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) return null
    return {
      mode: process.platform === 'win32' ? null : found.mode & 0o1777,
      modifiedMilliseconds: found.mtimeMs,
    }
  },
}

/** `recursive` of Node never comes back from a parent that cannot have children, such as `/proc/x`. */
function makeDirectories(path: string, mode: number): void {
  const make = () => {
    if (!existsSync(path)) mkdirSync(path, { mode })
  }
  const parent = dirname(path)
  if (parent !== path && !existsSync(parent)) makeDirectories(parent, mode)
  unless('EEXIST', undefined, make)
}

/** Beside, flushed, renamed, and the directory flushed: a crash leaves the old content or the new, never half. */
function writeDurably(path: string, content: Uint8Array, mode: number): void {
  const beside = `${path}.${process.pid}.tmp`
  const file = openAnew(beside, mode)
  try {
    closing(file, () => {
      fchmodSync(file, mode)
      writeFileSync(file, content)
      fsyncSync(file)
    })
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
  if (process.platform === 'win32') return
  const directory = openSync(dirname(path) || '.', constants.O_RDONLY)
  closing(directory, () => fsyncSync(directory))
}

/** A file of ours and new: what a killed process left, or somebody planted, under its name is removed and never written to. */
function openAnew(path: string, mode: number): number {
  const make = () => openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode)
  const file = unless('EEXIST', null, make)
  if (file !== null) return file
  rmSync(path, { force: true })
  return make()
}

function closing(descriptor: number, work: () => void): void {
  try {
    work()
  } finally {
    closeSync(descriptor)
  }
}

function unless<T, U>(code: string, otherwise: U, work: () => T): T | U {
  try {
    return work()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return otherwise
    throw error
  }
}
