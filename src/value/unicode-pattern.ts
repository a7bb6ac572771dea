/**
 * A regular expression with the `u` flag from its source text. A literal that names Unicode classes is read by the engine as
 * soon as the file is compiled, 6 ms for some; what few texts need is made from a string on first use instead.
 */
export function unicodePattern(source: string): RegExp {
  return new RegExp(source, 'u')
}
