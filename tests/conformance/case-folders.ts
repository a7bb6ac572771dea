import { existsSync, readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'

/** The case folders in `path`, or `path` itself if it is one: a folder that holds `env.yaml`. */
export function caseFolders(path: string, only?: string): { readonly name: string; readonly folder: string }[] {
  const root = resolve(path)
  const isCase = (folder: string) => existsSync(join(folder, 'env.yaml'))
  const folders = isCase(root)
    ? [root]
    : readdirSync(root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(root, entry.name))
        .filter(isCase)
        .sort()
  return folders
    .map((folder) => ({ name: basename(folder), folder }))
    .filter(({ name }) => only === undefined || name === only)
}
