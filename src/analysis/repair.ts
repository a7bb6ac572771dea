import { parseYaml } from '../syntax/index.ts'
import { decodeUtf8, encodeUtf8 } from '../value/index.ts'
import type { TextPosition } from './cursor.ts'

/**
 * The text, or one near it that is YAML, lines where they were: what is being typed on the position's line is left out, then the
 * line, then all behind it. Empty when nothing helps.
 */
export function repaired(source: Uint8Array, { line }: TextPosition): Uint8Array {
  if (parseYaml(source).problem === null) return source
  const lines = decodeUtf8(source).split('\n')
  const typed = lines[line - 1] ?? ''
  const replacing = (text: string, end = lines.length) =>
    [...lines.slice(0, line - 1), text, ...lines.slice(line, end)].join('\n')
  const key = /^(\s*(?:- )*[^\s#].*?:)\s/.exec(typed)?.[1]
  const attempts = [
    ...(key === undefined ? [] : [replacing(key)]),
    replacing(''),
    ...(key === undefined ? [] : [replacing(key, line)]),
    replacing('', line),
  ]
  for (const attempt of attempts) {
    const bytes = encodeUtf8(`${attempt}\n`)
    if (parseYaml(bytes).problem === null) return bytes
  }
  return new Uint8Array()
}
