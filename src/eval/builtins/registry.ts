import type { BuiltinName } from '../../expr/index.ts'
import type { Builtin } from './builtin.ts'
import { concat } from './concat.ts'
import { final } from './final.ts'
import { fromBase64 } from './from-base64.ts'
import { fromJSON } from './from-json.ts'
import { join } from './join.ts'
import { open } from './open.ts'
import { rotate } from './rotate.ts'
import { secret } from './secret.ts'
import { split } from './split.ts'
import { toBase64 } from './to-base64.ts'
import { toJSON } from './to-json.ts'
import { asString } from './to-string.ts'
import { validate } from './validate.ts'

const all: readonly Builtin[] = [
  concat,
  final,
  fromBase64,
  fromJSON,
  join,
  open,
  rotate,
  secret,
  split,
  toBase64,
  toJSON,
  asString,
  validate,
]

const byName: ReadonlyMap<BuiltinName, Builtin> = new Map(all.map((builtin) => [builtin.name, builtin]))

/** The builtin of that name. The parser knows the same names, so there always is one. */
export function builtinOf(name: BuiltinName): Builtin {
  return byName.get(name)!
}
