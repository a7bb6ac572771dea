/** Paints words for a terminal; each function gives its text back with the sequences around it. */
export type Colors = { readonly [name in keyof typeof codes]: (text: string | number) => string } & {
  /** Whether the functions paint at all. */
  readonly isColorSupported: boolean
}

/** SGR parameters (ECMA-48 §8.3.117): what begins a style, and what ends it. */
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  underline: [4, 24],
  inverse: [7, 27],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  gray: [90, 39],
} as const

/**
 * Colours that paint, or that give every text back as it is.
 *
 * The libraries for this ask, as they load, whether `process.stdout` is a terminal, which makes a stream: 6 ms of every start.
 */
export function createColors(enabled: boolean): Colors {
  const painters = Object.entries(codes).map(([name, [begin, end]]) => [
    name,
    enabled ? painter(`\x1b[${begin}m`, `\x1b[${end}m`) : String,
  ])
  return { ...Object.fromEntries(painters), isColorSupported: enabled }
}

/** A style inside another of its kind ends both, so the outer one is begun again where the inner one ends. */
function painter(begin: string, end: string): (text: string | number) => string {
  return (text) => begin + String(text).replaceAll(end, end + begin) + end
}
