/**
 * Whether a JSON text names a member of one object twice. Parsers disagree on which counts, so that two readers of one text
 * could see two different ones (S-14). The text must be valid JSON.
 */
export function hasDuplicateKeys(text: string): boolean {
  const open: (Set<string> | null)[] = []
  // A string is a key when it stands in an object and a colon follows.
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(null)
    else if (token === '}' || token === ']') open.pop()
    else if (token.endsWith(':')) {
      const key = JSON.parse(token.slice(0, -1)) as string
      const keys = open.at(-1)
      if (keys?.has(key)) return true
      keys?.add(key)
    }
  }
  return false
}
