const secretName = /passwd|pass|password|pwd|secret|token/i
const examined = 16

/**
 * Whether a text under a key looks like a secret that was about to be stored in clear: the key's name says so, and the
 * text's first 16 characters are hard to guess (80 bits, or 40 bits and 3 bits a character).
 */
export async function looksLikeSecret(key: string, value: string): Promise<boolean> {
  if (!secretName.test(key) || value === '') return false
  const head = [...value].slice(0, examined).join('')
  const { default: zxcvbn } = await import('zxcvbn')
  const { sequence } = zxcvbn(head)
  const bits = entropyBits(head, sequence)
  return bits >= 80 || (bits >= 40 && bits / head.length >= 3)
}

interface Match {
  readonly pattern: string
  readonly token: string
  readonly guesses: number
}

/**
 * The entropy that a guesser who knows words, names, dates, sequences and keyboard walks still has to try: what is no
 * such pattern counts with the whole alphabet that the text draws from.
 */
function entropyBits(text: string, sequence: readonly Match[]): number {
  const alphabetBits = Math.log2(alphabetSize(text))
  return sequence.reduce((total, { pattern, token, guesses }) => {
    return total + (pattern === 'bruteforce' ? token.length * alphabetBits : Math.log2(guesses))
  }, 0)
}

function alphabetSize(text: string): number {
  const classes: readonly (readonly [RegExp, number])[] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[0-9]/, 10],
    [/[^a-zA-Z0-9]/, 33],
  ]
  return classes.reduce((size, [pattern, count]) => size + (pattern.test(text) ? count : 0), 0)
}
