/** The first line in which two texts differ, as `line N: wanted …, got …`; `undefined` when they are equal. */
export function firstDifference(wanted: string, got: string): string | undefined {
  if (wanted === got) return undefined
  const wantedLines = wanted.split('\n')
  const gotLines = got.split('\n')
  const at = wantedLines.findIndex((line, i) => line !== gotLines[i])
  const line = at < 0 ? wantedLines.length : at
  const shown = (text: string | undefined): string => (text === undefined ? 'the end' : JSON.stringify(text))
  return `line ${line + 1}: wanted ${shown(wantedLines[line])}, got ${shown(gotLines[line])}`
}
