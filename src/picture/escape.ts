// Characters XML 1.0 does not allow, lone surrogates, and marks that turn the direction of text around: names come from
// outside, and a picture must show what is there.
const unfit =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

const entities: { readonly [mark: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for an element or an attribute in quotes, of SVG or HTML; what cannot be shown becomes U+FFFD. */
export function escapeMarkup(text: string): string {
  return text.replace(unfit, '\ufffd').replace(/[&<>"']/g, (mark) => entities[mark]!)
}

/** At most `length` characters: the middle of a longer text, where names differ least, becomes an ellipsis. */
export function shortened(text: string, length: number): string {
  const characters = [...text]
  if (characters.length <= length) return text
  const head = Math.ceil((length - 1) / 2)
  return [
    ...characters.slice(0, head),
    '…',
    ...characters.slice(characters.length - (length - 1 - head)),
  ].join('')
}
