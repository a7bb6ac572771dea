/** A schema that cannot be used; the message is the detail that §10.2 of the language specification words. */
export class SchemaError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SchemaError'
  }
}
