import { ArnEquals } from './ArnEquals.ts'
import { ArnLike } from './ArnLike.ts'
import { ArnNotEquals } from './ArnNotEquals.ts'
import { ArnNotLike } from './ArnNotLike.ts'
import { BinaryEquals } from './BinaryEquals.ts'
import { Bool } from './Bool.ts'
import { DateEquals } from './DateEquals.ts'
import { DateGreaterThan } from './DateGreaterThan.ts'
import { DateGreaterThanEquals } from './DateGreaterThanEquals.ts'
import { DateLessThan } from './DateLessThan.ts'
import { DateLessThanEquals } from './DateLessThanEquals.ts'
import { DateNotEquals } from './DateNotEquals.ts'
import { IpAddress } from './IpAddress.ts'
import { NotIpAddress } from './NotIpAddress.ts'
import { Null } from './Null.ts'
import { NumericEquals } from './NumericEquals.ts'
import { NumericGreaterThan } from './NumericGreaterThan.ts'
import { NumericGreaterThanEquals } from './NumericGreaterThanEquals.ts'
import { NumericLessThan } from './NumericLessThan.ts'
import { NumericLessThanEquals } from './NumericLessThanEquals.ts'
import { NumericNotEquals } from './NumericNotEquals.ts'
import type { ConditionOperator } from './operator.ts'
import { StringEquals } from './StringEquals.ts'
import { StringEqualsIgnoreCase } from './StringEqualsIgnoreCase.ts'
import { StringLike } from './StringLike.ts'
import { StringNotEquals } from './StringNotEquals.ts'
import { StringNotEqualsIgnoreCase } from './StringNotEqualsIgnoreCase.ts'
import { StringNotLike } from './StringNotLike.ts'

/** Every condition operator by its exact name. */
export const operators: ReadonlyMap<string, ConditionOperator> = new Map(
  [
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnLike,
    ArnNotEquals,
    ArnNotLike,
    Null,
  ].map((operator) => [operator.name, operator]),
)

/** How an operator treats a key with several values. */
export type SetPrefix = 'ForAllValues' | 'ForAnyValue'

/** An operator as a policy names it, with its set prefix and `IfExists` taken apart. */
export interface NamedOperator {
  readonly operator: ConditionOperator
  readonly set: SetPrefix | null
  readonly ifExists: boolean
}

/** Takes an operator name apart; `null` when AWS has no such operator. `Null` takes neither prefix nor suffix. */
export function parseOperator(name: string): NamedOperator | null {
  const found = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name)
  const operator = operators.get(found?.[2] ?? '')
  if (found === null || operator === undefined) return null
  const set = (found[1] as SetPrefix | undefined) ?? null
  const ifExists = found[3] !== undefined
  if (operator === Null && (set !== null || ifExists)) return null
  return { operator, set, ifExists }
}
