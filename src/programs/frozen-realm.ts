/** What the language itself gives every program; Node's own globals are left alone. */
const intrinsics = [
  ...[
    'Object',
    'Function',
    'Array',
    'String',
    'Number',
    'Boolean',
    'Symbol',
    'BigInt',
    'Date',
    'RegExp',
    'Promise',
    'Proxy',
  ],
  ...[
    'Map',
    'Set',
    'WeakMap',
    'WeakSet',
    'WeakRef',
    'FinalizationRegistry',
    'Reflect',
    'JSON',
    'Math',
    'Iterator',
    'Intl',
  ],
  ...[
    'Error',
    'AggregateError',
    'EvalError',
    'RangeError',
    'ReferenceError',
    'SyntaxError',
    'TypeError',
    'URIError',
  ],
  ...[
    'ArrayBuffer',
    'SharedArrayBuffer',
    'DataView',
    'Atomics',
    'Int8Array',
    'Uint8Array',
    'Uint8ClampedArray',
  ],
  ...[
    'Int16Array',
    'Uint16Array',
    'Int32Array',
    'Uint32Array',
    'Float32Array',
    'Float64Array',
    'BigInt64Array',
  ],
  ...[
    'BigUint64Array',
    'parseInt',
    'parseFloat',
    'isNaN',
    'isFinite',
    'encodeURIComponent',
    'decodeURIComponent',
  ],
]

/**
 * Freezes everything that the language gives in this thread, and makes `__proto__` throw as `--disable-proto=throw` does (S-44):
 * whatever a text could still make the evaluator write, it changes nothing for the next text. It cannot be undone.
 */
export function freezeRealm(): void {
  const refuse = () => {
    throw new TypeError('__proto__ is not accessible here')
  }
  Object.defineProperty(Object.prototype, '__proto__', { get: refuse, set: refuse })
  for (const prototype of [Object.prototype, ...errorPrototypes()]) makeOverridable(prototype)
  const seen = new Set<object>()
  for (const name of intrinsics) {
    freezeAll(Object.getOwnPropertyDescriptor(globalThis, name)?.value, seen)
  }
  for (const hidden of hiddenIntrinsics()) freezeAll(hidden, seen)
}

function errorPrototypes(): readonly object[] {
  return [Error, AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(
    ({ prototype }) => prototype,
  )
}

/** What has no name of its own. */
function hiddenIntrinsics(): readonly object[] {
  return [
    ...[function* () {}, async () => {}, async function* () {}],
    ...[
      [][Symbol.iterator](),
      new Map().entries(),
      new Set().values(),
      ''[Symbol.iterator](),
      'a'.matchAll(/a/g),
    ],
  ].map((value) => Object.getPrototypeOf(value) as object)
}

/**
 * A member that is frozen in a prototype could not be assigned in an object made from it either, as constructors of errors do with
 * `name`. Accessors let it, and define it there.
 */
function makeOverridable(prototype: object): void {
  for (const [name, { value, configurable }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (value === undefined || configurable !== true) continue
    Object.defineProperty(prototype, name, {
      get: () => value,
      set(this: object, own: unknown) {
        Object.defineProperty(this, name, {
          value: own,
          writable: true,
          enumerable: true,
          configurable: true,
        })
      },
    })
  }
}

/** Freezes a value and whatever can be reached from it. */
function freezeAll(first: unknown, seen: Set<object>): void {
  const open: unknown[] = [first]
  while (open.length > 0) {
    const value = open.pop()
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value))
      continue
    seen.add(value)
    open.push(Object.getPrototypeOf(value))
    for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(value))) {
      open.push(descriptor.value, descriptor.get, descriptor.set)
    }
    for (const symbol of Object.getOwnPropertySymbols(value)) {
      const descriptor = Object.getOwnPropertyDescriptor(value, symbol)
      open.push(descriptor?.value, descriptor?.get, descriptor?.set)
    }
    // The elements of a typed array cannot be frozen; its prototype has none.
    if (!ArrayBuffer.isView(value)) Object.freeze(value)
  }
}
