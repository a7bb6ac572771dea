import { constants } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { FileSystem } from '../cli/index.ts'

/** The real disk. */
export const files: FileSystem = {
  read: async (path) => await unless('ENOENT', null, readFile(path)),
  write: writeDurably,
  create: async (path, content, mode) => {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
    const file = await unless('EEXIST', null, open(path, flags, mode))
    if (file === null) return false
    await using handle = file
    await handle.writeFile(content)
    return true
  },
  remove: async (path) => await rm(path, { force: true }),
  list: async (path) => {
    const names = await unless('ENOTDIR', null, unless('ENOENT', null, readdir(path)))
    return names === null ? null : names.sort()
  },
  makeDirectory: async (path, mode) => {
    await mkdir(path, { recursive: true, mode })
  },
  status: async (path) => {
    const found = await unless('ENOENT', null, stat(path))
    if (found === null) return null
    return {
      mode: process.platform === 'win32' ? null : found.mode & 0o777,
      modifiedMilliseconds: found.mtimeMs,
    }
  },
}

/** Beside, flushed, renamed, and the directory flushed: a crash leaves the old content or the new, never half. */
async function writeDurably(path: string, content: Uint8Array, mode: number): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`
  const file = await open(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, mode)
  try {
    await file.chmod(mode)
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(beside, path)
  if (process.platform === 'win32') return
  const directory = await open(dirname(path) || '.', constants.O_RDONLY)
  await directory.sync().finally(() => directory.close())
}

async function unless<T, U>(code: string, otherwise: U, work: Promise<T>): Promise<T | U> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return otherwise
    throw error
  }
}
