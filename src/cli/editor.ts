import { Failure } from './failure.ts'
import type { World } from './world.ts'

/** A program that edits a file, and its arguments before the file's name. */
export interface Editor {
  readonly path: string
  readonly args: readonly string[]
}

/**
 * The editor to use: the flag, `VISUAL`, `EDITOR`, else `vi`.
 *
 * @throws Failure when it is not on the PATH, or when there is none at all
 */
export async function findEditor(world: World, flag: string): Promise<Editor> {
  const wanted = flag || world.processEnv['VISUAL'] || world.processEnv['EDITOR']
  const [name = '', ...args] = splitCommand(wanted || 'vi')
  if (name === 'code' && args.length === 0) args.push('-w')
  try {
    return { path: await world.lookPath(name), args }
  } catch (error) {
    if (!wanted) {
      throw new Failure(
        'no available editor; please use the --editor flag or set one of the VISUAL or EDITOR environment variables',
      )
    }
    throw new Failure(`finding ${JSON.stringify(name)} on path: ${(error as Error).message}`)
  }
}

/** The words of a command line: blanks part them, double quotes hold them together, `\"` is a quote. */
export function splitCommand(text: string): string[] {
  const words: string[] = []
  let word = ''
  let started = false
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (character === '\\' && text[at + 1] === '"') {
      word += '"'
      started = true
      at += 1
    } else if (character === '"') {
      quoted = !quoted
      started = true
    } else if (character === ' ' && !quoted) {
      if (started) words.push(word)
      word = ''
      started = false
    } else {
      word += character
      started = true
    }
  }
  if (started) words.push(word)
  return words
}

/**
 * Lets the user edit a text and gives back what was saved.
 *
 * @throws Failure `editor: …` when the editor fails
 */
export async function editText(world: World, editor: Editor, text: Uint8Array): Promise<Uint8Array> {
  const file = await world.temporary.create('*.yaml', text, { lasting: false })
  try {
    const processEnv = Object.fromEntries(
      Object.entries(world.processEnv).filter((entry): entry is [string, string] => entry[1] !== undefined),
    )
    const { code, signal } = await world.spawn({
      path: editor.path,
      args: [...editor.args, file],
      processEnv,
      stdout: 'inherit',
      stderr: 'inherit',
    })
    if (signal !== null) throw new Failure(`editor: signal: ${signal.name}`)
    if (code !== 0) throw new Failure(`editor: exit status ${code}`)
    return (await world.files.read(file)) ?? new Uint8Array()
  } finally {
    await world.files.remove(file)
  }
}
