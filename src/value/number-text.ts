/**
 * A number as its decimal text. Numbers pass through the product as text, so that `18446744073709551615` or
 * `1.10` inside a provider's answer survive unchanged; nothing converts them to a JavaScript number on the way.
 */
export class NumberText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  toString(): string {
    return this.text
  }
  /** For consumers that accept the loss of precision. */
  toNumber(): number {
    return Number(this.text)
  }
}
