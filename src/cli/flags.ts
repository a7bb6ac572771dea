import { type Duration, formatDuration, parseDuration } from './duration.ts'
import { UsageFailure } from './failure.ts'

/** One flag of a command. `bare` is its value when it stands alone; a flag without `bare` takes the next argument. */
export interface Flag<T = unknown> {
  readonly help: string
  readonly short?: string
  readonly initial: T
  readonly bare?: string
  readonly required?: boolean
  readonly hidden?: boolean
  /** What the value is called in help texts; `''` for switches. */
  readonly placeholder: string
  /** The next value, from the one so far and a text. Throws with words about the text. */
  read(text: string, before: T): T
  /** The default as help shows it; `''` shows none. */
  readonly shown: string
}

/** The flags of a command by their long name. */
export type FlagTable = Readonly<Record<string, Flag>>

/** The values of a table's flags. */
export type FlagValues<F extends FlagTable> = {
  readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never
}

interface Options {
  readonly short?: string
  readonly required?: boolean
  readonly hidden?: boolean
  readonly placeholder?: string
}

/** A flag that holds a text. With `bare`, it may stand alone, and a value must be attached with `=`. */
export function text(
  help: string,
  options: Options & { initial?: string; bare?: string } = {},
): Flag<string> {
  const { initial = '', placeholder = 'string', ...rest } = options
  return {
    help,
    initial,
    placeholder,
    read: (value) => value,
    shown: initial === '' ? '' : JSON.stringify(initial),
    ...rest,
  }
}

/** A flag that may be given several times. */
export function texts(help: string, options: Options = {}): Flag<readonly string[]> {
  return {
    help,
    initial: [],
    placeholder: 'string',
    read: (value, before) => [...before, value],
    shown: '',
    ...options,
  }
}

/** A switch: `--x`, `--x=false`. */
export function toggle(help: string, options: Options & { initial?: boolean } = {}): Flag<boolean> {
  const { initial = false, ...rest } = options
  return {
    help,
    initial,
    placeholder: '',
    bare: 'true',
    read: readBoolean,
    shown: initial ? 'true' : '',
    ...rest,
  }
}

/** A flag that holds a whole number. */
export function integer(help: string, options: Options & { initial?: number } = {}): Flag<number> {
  const { initial = 0, placeholder = 'int', ...rest } = options
  return {
    help,
    initial,
    placeholder,
    read: readInteger,
    shown: initial === 0 ? '' : String(initial),
    ...rest,
  }
}

/** A flag that holds a duration in Go's notation. */
export function duration(help: string, options: Options & { initial: Duration }): Flag<Duration> {
  return {
    help,
    placeholder: 'duration',
    read: parseDuration,
    shown: formatDuration(options.initial),
    ...options,
  }
}

const truths: Readonly<Record<string, boolean>> = {
  '1': true,
  t: true,
  T: true,
  TRUE: true,
  true: true,
  True: true,
  '0': false,
  f: false,
  F: false,
  FALSE: false,
  false: false,
  False: false,
}

function readBoolean(value: string): boolean {
  const truth = Object.hasOwn(truths, value) ? truths[value] : undefined
  if (truth === undefined)
    throw new Error(`strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`)
  return truth
}

function readInteger(value: string): number {
  const number = Number(value)
  if (!/^[+-]?(\d+|0[xX][0-9a-fA-F]+)$/.test(value)) {
    throw new Error(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`)
  }
  if (!Number.isSafeInteger(number)) {
    throw new Error(`strconv.ParseInt: parsing ${JSON.stringify(value)}: value out of range`)
  }
  return number
}

/** A command line taken apart. */
export interface ParsedFlags {
  readonly values: Readonly<Record<string, unknown>>
  /** The long names of the flags that were given. */
  readonly given: ReadonlySet<string>
  readonly positionals: readonly string[]
  /** How many positionals stand before `--`; null when there is no `--`. */
  readonly beforeDashes: number | null
}

/**
 * Takes arguments apart by a table: flags and positionals mixed, `--flag=value`, `--flag value`, `-f=value`,
 * `-f value`, `-fvalue`, `-ab` for switches, `--` ends flags.
 *
 * @throws Failure in the words of the original's flag library
 */
export function parseFlags(args: readonly string[], table: FlagTable): ParsedFlags {
  const reader = new Reader(args, table)
  const positionals: string[] = []
  let beforeDashes: number | null = null
  for (let argument = reader.next(); argument !== undefined; argument = reader.next()) {
    if (argument === '--') {
      beforeDashes = positionals.length
      positionals.push(...reader.rest())
    } else if (argument.startsWith('--')) reader.long(argument)
    else if (argument.startsWith('-') && argument !== '-') reader.short(argument)
    else positionals.push(argument)
  }
  return { values: reader.values, given: reader.given, positionals, beforeDashes }
}

class Reader {
  readonly values: Record<string, unknown> = Object.create(null)
  readonly given = new Set<string>()
  readonly #args: readonly string[]
  readonly #table: FlagTable
  #at = 0

  constructor(args: readonly string[], table: FlagTable) {
    this.#args = args
    this.#table = table
    for (const [name, flag] of Object.entries(table)) this.values[name] = flag.initial
  }

  next(): string | undefined {
    return this.#args[this.#at++]
  }

  rest(): readonly string[] {
    const rest = this.#args.slice(this.#at)
    this.#at = this.#args.length
    return rest
  }

  long(argument: string): void {
    const equals = argument.indexOf('=')
    const name = equals < 0 ? argument.slice(2) : argument.slice(2, equals)
    if (name === '' || name.startsWith('-')) throw new UsageFailure(`bad flag syntax: ${argument}`)
    const flag = this.#find(name)
    if (flag === null) throw new UsageFailure(`unknown flag: --${name}`)
    const attached = equals < 0 ? flag.bare : argument.slice(equals + 1)
    const value = attached ?? this.next()
    if (value === undefined) throw new UsageFailure(`flag needs an argument: --${name}`)
    this.#set(name, flag, value)
  }

  short(argument: string): void {
    for (let at = 1; at < argument.length; at += 1) {
      const letter = argument[at] ?? ''
      const found = Object.entries(this.#table).find(([, flag]) => flag.short === letter)
      if (found === undefined) throw new UsageFailure(`unknown shorthand flag: '${letter}' in ${argument}`)
      const [name, flag] = found
      const rest = argument.slice(at + 1)
      const isLast = rest.startsWith('=') || flag.bare === undefined
      const attached = rest.startsWith('=') ? rest.slice(1) : (flag.bare ?? (rest || undefined))
      const value = attached ?? this.next()
      if (value === undefined) throw new UsageFailure(`flag needs an argument: '${letter}' in ${argument}`)
      this.#set(name, flag, value)
      if (isLast) return
    }
  }

  #find(name: string): Flag | null {
    return Object.hasOwn(this.#table, name) ? (this.#table[name] ?? null) : null
  }

  #set(name: string, flag: Flag, value: string): void {
    try {
      this.values[name] = flag.read(value, this.values[name])
    } catch (error) {
      const shown = flag.short === undefined ? `--${name}` : `-${flag.short}, --${name}`
      throw new UsageFailure(
        `invalid argument ${JSON.stringify(value)} for ${JSON.stringify(shown)} flag: ${(error as Error).message}`,
      )
    }
    this.given.add(name)
  }
}

/** Refuses a command line that lacks a required flag, naming all that are missing. */
export function requireFlags(table: FlagTable, given: ReadonlySet<string>): void {
  const missing = Object.entries(table)
    .filter(([name, flag]) => flag.required && !given.has(name))
    .map(([name]) => JSON.stringify(name))
    .sort()
  if (missing.length > 0) throw new UsageFailure(`required flag(s) ${missing.join(', ')} not set`)
}
