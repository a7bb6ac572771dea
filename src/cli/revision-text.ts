import type { WireRevision, WireRevisionTag } from '../client/index.ts'
import { utcFlag } from './output-flag.ts'
import { formatTime, type TimeStyle } from './times.ts'

/** The flags of commands that show times and nothing else. */
export const outputlessUtc = { utc: utcFlag }

/** `Ada <ada>`, or `<unknown>`. */
export function personText(name: string | undefined, login: string | undefined): string {
  if (!name && !login) return '<unknown>'
  return name ? `${name} <${login ?? ''}>` : `<${login}>`
}

/** A revision as `history` and `version` show it, each line ended. */
export function revisionText(revision: WireRevision, style: TimeStyle): string {
  const { number, creatorName, creatorLogin, created } = revision
  return [
    `revision ${number}${marks(revision)}\n`,
    `Author: ${personText(creatorName, creatorLogin)}\n`,
    `Date:   ${formatTime(created, style)}\n`,
    retraction(revision, style),
  ].join('')
}

function marks({ retracted, tags = [] }: WireRevision): string {
  if (retracted) return ' (retracted)'
  const shown = tags.filter((tag) => tag !== 'latest')
  if (shown.length === 0) return ''
  return ` (tag${shown.length === 1 ? '' : 's'}: ${shown.join(', ')})`
}

function retraction({ retracted }: WireRevision, style: TimeStyle): string {
  if (!retracted) return ''
  const { byName, byLogin, at, replacement, reason } = retracted
  const who = personText(byName, byLogin)
  const head = `\n    Retracted by ${who} at ${formatTime(at, style)} and replaced with revision ${replacement}.\n`
  return reason ? `${head}\n${reason.replace(/^/gm, '    ')}\n` : head
}

/** A revision tag as `version E@tag` shows it: three lines. */
export function revisionTagText(tag: WireRevisionTag, style: TimeStyle): string {
  const who = personText(tag.editorName, tag.editorLogin)
  return `${tag.name}\nRevision ${tag.revision}\nLast updated at ${formatTime(tag.modified, style)} by ${who}\n`
}
