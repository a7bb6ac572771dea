/** A text that is not what it claims to be; the message is the detail that the language specification words. */
export class DecodeError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DecodeError'
  }
}
