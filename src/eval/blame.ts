import { joinKey } from '../syntax/index.ts'
import type { Expr, Place } from './expr.ts'

/**
 * Where a failed validation is reported (language specification §10.4): at the literal that holds the fault when the text shows
 * it, else at the nearest expression, with the path from there in front of the message.
 */
export class Blame {
  readonly expr: Expr
  readonly path: string
  readonly prefixed: boolean

  constructor(expr: Expr, path = '', prefixed = false) {
    this.expr = expr
    this.path = path
    this.prefixed = prefixed
  }

  get place(): Place | null {
    return this.expr.place
  }

  index(i: number): Blame {
    const { body } = this.expr
    const element = body.kind === 'array' ? body.elements[i] : undefined
    if (element !== undefined) return new Blame(element, `[${i}]`)
    return new Blame(this.expr, `${this.path}[${i}]`, true)
  }

  property(key: string): Blame {
    const { body } = this.expr
    const property = body.kind === 'object' ? body.properties.get(key) : undefined
    if (property !== undefined) return new Blame(property, joinKey('', key))
    return new Blame(this.expr, joinKey(this.path, key), true)
  }

  message(text: string): string {
    return this.prefixed ? `${this.path}: ${text}` : text
  }
}
