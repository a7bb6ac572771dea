import { Failure } from './failure.ts'
import type { World } from './world.ts'

/**
 * The content of a file, `-` for stdin.
 *
 * @throws Failure `open <file>: no such file or directory`, or the system's words
 */
export async function readSource(world: World, file: string): Promise<Uint8Array> {
  if (file === '-') return world.stdin.readAll()
  const content = await world.files.read(file)
  if (content === null) throw new Failure(`open ${file}: no such file or directory`)
  return content
}
