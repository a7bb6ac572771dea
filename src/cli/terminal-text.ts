/**
 * A text with everything that a terminal would obey made visible: control characters but tab and newline, bidirectional
 * overrides and zero-width characters come out as `\x1b`, `\u202e`. Colour sequences (`ESC [ … m`) that the command line
 * itself put in stay, when `keepColors` is set.
 */
export function escapeControls(text: string, { keepColors = false } = {}): string {
  const unsafe = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
  if (!keepColors) return text.replace(unsafe, visible)
  return text
    .split(/(\x1b\[[0-9;]*m)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(unsafe, visible)))
    .join('')
}

function visible(character: string): string {
  const point = character.codePointAt(0) ?? 0
  const hex = point.toString(16)
  return point < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`
}
