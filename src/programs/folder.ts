import { accessSync, chmodSync, constants, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../diag/index.ts'

/**
 * Makes the data folder, private to its owner, unless it is there.
 *
 * @throws AppError DATA_FOLDER_UNUSABLE when it cannot be made or written to
 */
export function prepareFolder(path: string): void {
  try {
    makeFolder(path)
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
    chmodSync(path, 0o700)
  } catch (error) {
    const said = error instanceof Error ? error.message : ''
    throw new AppError('DATA_FOLDER_UNUSABLE', { path, said }, { cause: error })
  }
}

/** Step by step: Node's recursive `mkdir` never ends below a folder that can hold none, such as `/proc`. */
function makeFolder(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory()) return
  if (found !== undefined) throw new Error('it is a file')
  if (dirname(path) !== path) makeFolder(dirname(path))
  mkdirSync(path, { mode: 0o700 })
}
