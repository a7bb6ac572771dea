import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hours } from './duration.ts'
import { duration, type FlagValues, integer, parseFlags, requireFlags, text, texts, toggle } from './flags.ts'

const table = {
  file: text('', { short: 'f' }),
  interactive: toggle('', { short: 'i' }),
  yes: toggle('', { short: 'y' }),
  active: toggle('', { initial: true }),
  event: texts(''),
  count: integer(''),
  lifetime: duration('', { short: 'l', initial: hours(2) }),
  draft: text('', { bare: 'new' }),
}

function values(...args: string[]) {
  const parsed = parseFlags(args, table)
  return { ...(parsed.values as FlagValues<typeof table>), positionals: parsed.positionals }
}

function refusal(...args: string[]): string {
  try {
    parseFlags(args, table)
    return 'accepted'
  } catch (error) {
    return (error as Error).message
  }
}

test('a value stands after =, after a blank, or right behind a short flag', () => {
  for (const args of [['--file=a'], ['--file', 'a'], ['-f=a'], ['-f', 'a'], ['-fa']]) {
    assert.equal(values(...args).file, 'a', args.join(' '))
  }
  assert.equal(values('-f=-').file, '-')
  assert.equal(values('--file=').file, '')
})

test('flags and positionals mix, and -- ends flags', () => {
  const parsed = parseFlags(['a', '-i', 'b', '--', '-y', '--x'], table)
  assert.deepEqual(parsed.positionals, ['a', 'b', '-y', '--x'])
  assert.equal(parsed.beforeDashes, 2)
  assert.equal(parsed.values['interactive'], true)
  assert.equal(parsed.values['yes'], false)
  assert.equal(parseFlags(['a'], table).beforeDashes, null)
})

test('a dash alone is a positional', () => {
  assert.deepEqual(values('-').positionals, ['-'])
})

test('switches may be joined, and take a value only with =', () => {
  assert.deepEqual([values('-iy').interactive, values('-iy').yes], [true, true])
  assert.equal(values('-iyf', 'x').file, 'x')
  assert.equal(values('--active=false').active, false)
  assert.deepEqual(values('--active', 'false').positionals, ['false'])
  assert.equal(values('-i=F').interactive, false)
})

test('a flag that may stand alone never takes the next argument', () => {
  assert.equal(values().draft, '')
  assert.equal(values('--draft', 'x').draft, 'new')
  assert.deepEqual(values('--draft', 'x').positionals, ['x'])
  assert.equal(values('--draft=id').draft, 'id')
})

test('a repeated flag collects, any other keeps the last', () => {
  assert.deepEqual(values('--event', 'a', '--event=b').event, ['a', 'b'])
  assert.equal(values('--file', 'a', '-f', 'b').file, 'b')
})

test('what does not fit is refused in the words of the original', () => {
  assert.equal(refusal('--x'), 'unknown flag: --x')
  assert.equal(refusal('--x=1'), 'unknown flag: --x')
  assert.equal(refusal('--constructor'), 'unknown flag: --constructor')
  assert.equal(refusal('--__proto__'), 'unknown flag: --__proto__')
  assert.equal(refusal('-iz'), "unknown shorthand flag: 'z' in -iz")
  assert.equal(refusal('--file'), 'flag needs an argument: --file')
  assert.equal(refusal('-f'), "flag needs an argument: 'f' in -f")
  assert.equal(refusal('--=a'), 'bad flag syntax: --=a')
  assert.equal(
    refusal('-i=perhaps'),
    'invalid argument "perhaps" for "-i, --interactive" flag: strconv.ParseBool: parsing "perhaps": invalid syntax',
  )
  assert.equal(
    refusal('--count', 'many'),
    'invalid argument "many" for "--count" flag: strconv.ParseInt: parsing "many": invalid syntax',
  )
  assert.equal(
    refusal('-l', '1d'),
    'invalid argument "1d" for "-l, --lifetime" flag: time: unknown unit "d" in duration "1d"',
  )
})

test('missing required flags are named together, in order of name', () => {
  const required = { b: text('', { required: true }), a: text('', { required: true }), c: text('') }
  assert.throws(() => requireFlags(required, new Set()), /^Failure: required flag\(s\) "a", "b" not set$/)
  assert.doesNotThrow(() => requireFlags(required, new Set(['a', 'b'])))
})

test('parsing either gives values or a message, whatever the arguments', () => {
  const argument = fc.oneof(
    fc.string(),
    fc.constantFrom('--', '-', '--file', '-f', '--draft=', '-i', '--event=a'),
  )
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 8 }), (args) => {
      const message = refusal(...args)
      assert.ok(
        message === 'accepted' || /^(unknown|flag needs|invalid argument|bad flag)/.test(message),
        message,
      )
    }),
  )
})
