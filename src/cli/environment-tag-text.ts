import type { WireEnvironmentTag } from '../client/index.ts'
import { personText } from './revision-text.ts'
import { formatTime, type TimeStyle } from './times.ts'

/** An environment tag as three lines. */
export function environmentTagText(tag: WireEnvironmentTag, style: TimeStyle): string {
  const who = personText(tag.editorName, tag.editorLogin)
  return `Name: ${tag.name}\nValue: ${tag.value}\nLast updated at ${formatTime(tag.modified, style)} by ${who}\n`
}

/** An environment tag as `--output json` shows it. */
export function environmentTagJson({ name, value, modified, editorLogin, editorName }: WireEnvironmentTag) {
  return { name, value, modified, editorLogin: editorLogin ?? '', editorName: editorName ?? '' }
}
