// The texts that a backtracking engine takes longest over.

/** A part of a regular expression: what one character must be, a sequence, alternatives, or a repetition. */
type Part =
  | { readonly kind: 'atom'; readonly source: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Part[] }
  | { readonly kind: 'either'; readonly parts: readonly Part[] }
  | { readonly kind: 'repeat'; readonly part: Part; readonly least: number; readonly endless: boolean }
  | { readonly kind: 'empty' }

const alphabet = [
  ...'aZ09_- \t\n\r.,:;/\\"\'`!?#$%&*+=<>()[]{}|^~@xbfnyIé世\u0301\u2028\u00a0\u0000',
  '😀',
  'e',
  'E',
  'T',
  'A',
  '1',
  's',
  'u',
  'w',
  'm',
]

/**
 * Texts of `length` characters for a regular expression: for each of its endless repetitions the shortest way there, what is repeated
 * again and again, and an end that does not fit. Runs of single characters besides, for the search that starts anew at each.
 */
export function worstCases(source: string, flags: string, length: number): string[] {
  const reader = new Reader(source, flags)
  const root = reader.read()
  const heads = new Set<string>()
  walk(root, '', reader, (head, body) => heads.add(`${head}\u0000${body}`))
  const texts: string[] = []
  for (const pair of heads) {
    const [head = '', body = ''] = pair.split('\u0000') as [string, string]
    if (body === '') continue
    const run = head + body.repeat(Math.ceil(length / body.length))
    for (const tail of ['', '\u0001', 'a']) texts.push(run.slice(0, length) + tail)
  }
  const singles = new Set([...reader.characters()].slice(0, 12))
  for (const one of singles) texts.push(`${one.repeat(length)}\u0001`)
  return texts
}

/** Meets every endless repetition with a text that leads to it and one that it repeats. */
function walk(part: Part, head: string, reader: Reader, meet: (head: string, body: string) => void): string {
  switch (part.kind) {
    case 'empty':
      return head
    case 'atom':
      return head + reader.sample(part.source)
    case 'sequence':
      return part.parts.reduce((before, inner) => walk(inner, before, reader, meet), head)
    case 'either': {
      const ends = part.parts.map((inner) => walk(inner, head, reader, meet))
      return ends[0] ?? head
    }
    case 'repeat': {
      const bodies = bodiesOf(part.part, reader)
      if (part.endless) for (const body of bodies) meet(head, body)
      let end = walk(part.part, head, reader, meet)
      if (part.least === 0) end = head
      for (let i = 1; i < Math.min(part.least, 100); i++) end = walk(part.part, end, reader, () => {})
      return end
    }
  }
}

/** Some texts that a repeated part fits. */
function bodiesOf(part: Part, reader: Reader): string[] {
  if (part.kind === 'either') return part.parts.flatMap((inner) => bodiesOf(inner, reader))
  if (part.kind === 'atom') return reader.samples(part.source).slice(0, 3)
  return [walk(part, '', reader, () => {})]
}

/** Reads a regular expression as far as its repetitions matter; looks around and back-references count as empty. */
class Reader {
  readonly #source: string
  readonly #flags: string
  readonly #samples = new Map<string, string[]>()
  #at = 0

  constructor(source: string, flags: string) {
    this.#source = source
    this.#flags = flags.replace(/[gy]/g, '')
  }

  read(): Part {
    const parts: Part[] = [this.#sequence()]
    while (this.#source[this.#at] === '|') {
      this.#at += 1
      parts.push(this.#sequence())
    }
    return parts.length === 1 ? parts[0]! : { kind: 'either', parts }
  }

  samples(atom: string): string[] {
    const known = this.#samples.get(atom)
    if (known !== undefined) return known
    const one = new RegExp(`^(?:${atom})$`, this.#flags)
    const fitting = alphabet.filter((character) => one.test(character))
    this.#samples.set(atom, fitting)
    return fitting
  }

  sample(atom: string): string {
    return this.samples(atom)[0] ?? ''
  }

  characters(): Set<string> {
    return new Set([...this.#samples.values()].flatMap((list) => list.slice(0, 3)))
  }

  #sequence(): Part {
    const parts: Part[] = []
    while (
      this.#at < this.#source.length &&
      this.#source[this.#at] !== '|' &&
      this.#source[this.#at] !== ')'
    ) {
      parts.push(this.#repeated(this.#item()))
    }
    return { kind: 'sequence', parts }
  }

  #repeated(part: Part): Part {
    const match = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(this.#source.slice(this.#at))
    if (match === null) return part
    this.#at += match[0].length
    const [, sign, least, comma, most] = match
    if (sign !== undefined)
      return { kind: 'repeat', part, least: sign === '+' ? 1 : 0, endless: sign !== '?' }
    // Long bounded repetitions are as slow as endless ones.
    const endless = comma === ',' && (most === '' || Number(most) > 200)
    return { kind: 'repeat', part, least: Number(least), endless }
  }

  #item(): Part {
    const rest = this.#source.slice(this.#at)
    const group = /^\((?:\?(?:[:=!]|<[=!]|<\w+>))?/.exec(rest)?.[0]
    if (group !== undefined) {
      this.#at += group.length
      const inside = this.read()
      this.#at += 1
      return /[=!]$/.test(group) ? { kind: 'empty' } : inside
    }
    const atom = /^(?:\[(?:\\.|[^\]\\])*\]|\\[pPu]\{[^}]*\}|\\x..|\\u....|\\c.|\\k<\w+>|\\.|.)/su.exec(
      rest,
    )![0]
    this.#at += atom.length
    if (/^(?:\^|\$|\\[bB]|\\[1-9]|\\k.*)$/.test(atom)) return { kind: 'empty' }
    return { kind: 'atom', source: atom }
  }
}
