import { placeholder } from './expr.ts'
import { Value } from './value.ts'
import { pending } from './waiting.ts'

/**
 * Stands for the inherited values of an environment whose imports are still awaited. Declaring over it is possible, so that
 * calls which inherit nothing can begin; whoever looks into it waits.
 */
export class AwaitedValue extends Value {
  constructor() {
    super(placeholder(null), true)
  }

  override keys(): never {
    throw pending
  }
  override isObject(): never {
    throw pending
  }
  override property(): Value {
    return this
  }
}
