import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { AwsRefusal } from './aws-refusal.ts'
import { constraints } from './constraints.ts'
import { amzDate, isoSeconds, parseAmzDate } from './instant.ts'
import { boolean, integer, parseParams, structList, textList } from './params.ts'
import { escapeXml, renderError, renderSuccess } from './xml.ts'

describe('query parameters', () => {
  test('every map of texts comes back from its form encoding', () => {
    const texts = fc.dictionary(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.string({ unit: 'grapheme' }),
    )
    fc.assert(
      fc.property(texts, (record) => {
        const params = parseParams(new URLSearchParams(record).toString())
        assert.deepEqual([...params].sort(), Object.entries(record).sort())
      }),
    )
  })

  test('no text makes the parser throw anything but a refusal', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          const params = parseParams(text)
          textList(params, 'a')
          structList(params, 'a')
        } catch (error) {
          assert.ok(error instanceof AwsRefusal && error.code === 'MalformedQueryString')
        }
      }),
    )
  })

  test('`__proto__` and `constructor` are names like others', () => {
    const params = parseParams('__proto__=1&constructor=2')
    assert.deepEqual(
      [...params],
      [
        ['__proto__', '1'],
        ['constructor', '2'],
      ],
    )
  })

  test('lists keep the order of their numbers, an empty list differs from none', () => {
    const params = parseParams('L.member.10=c&L.member.2=b&L.member.1=a&E=&L.member.x=no')
    assert.deepEqual(textList(params, 'L'), ['a', 'b', 'c'])
    assert.deepEqual(textList(params, 'E'), [])
    assert.equal(textList(params, 'N'), null)
    const tags = structList(parseParams('T.member.1.Key=a&T.member.1.Value=b&T.member.2.Key=c'), 'T')
    assert.deepEqual(
      tags?.map((tag) => [...tag]),
      [
        [
          ['Key', 'a'],
          ['Value', 'b'],
        ],
        [['Key', 'c']],
      ],
    )
  })

  test('integers take a sign and leading zeros within 32 bits, nothing else', () => {
    const read = (text: string) => integer(new Map([['N', text]]), 'N')
    assert.deepEqual(
      ['+900', '0900', '-1', '2147483647', '-2147483648'].map(read),
      [900, 900, -1, 2_147_483_647, -2_147_483_648],
    )
    for (const bad of ['', ' 1', '1 ', '1.0', '1e3', '0x1', '2147483648', '-2147483649', '١']) {
      assert.throws(() => read(bad), { code: 'MalformedInput', status: 400 })
    }
    assert.equal(integer(new Map(), 'N'), undefined)
  })

  test('booleans are true, false, 1 and 0', () => {
    const read = (text: string) => boolean(new Map([['B', text]]), 'B')
    assert.deepEqual(['true', '1', 'false', '0'].map(read), [true, true, false, false])
    for (const bad of ['True', 'yes', '', '2']) assert.throws(() => read(bad), { code: 'MalformedInput' })
  })
})

describe('constraints', () => {
  test('a sensitive value is never in the message', () => {
    const check = constraints(parseParams('Token=abc'))
    check.text('Token', { min: 4, sensitive: true })
    check.required('Missing', {})
    assert.throws(() => check.done(), {
      code: 'ValidationError',
      message:
        "2 validation errors detected: Value at 'token' failed to satisfy constraint: Member must have length greater than or equal to 4; Value null at 'missing' failed to satisfy constraint: Member must not be null",
    })
  })

  test('values at their limits pass', () => {
    const check = constraints(parseParams('A=ab&N=10'))
    assert.equal(check.text('A', { min: 2, max: 2 }), 'ab')
    assert.equal(check.integer('N', 10, 10), 10)
    check.done()
  })
})

describe('XML', () => {
  test('an answer has its result and metadata, and leaves out what is absent', () => {
    const result = { A: 'x<y', B: null, C: [{ D: 1 }, { D: 2 }], E: [], F: false }
    assert.equal(
      renderSuccess('iam', 'GetRole', result, 'id'),
      '<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><A>x&#60;y</A>' +
        '<C><member><D>1</D></member><member><D>2</D></member></C><E></E><F>false</F></GetRoleResult>' +
        '<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></GetRoleResponse>\n',
    )
    assert.doesNotMatch(renderSuccess('iam', 'DeleteRole', null, 'id'), /DeleteRoleResult/)
  })

  test('the receiver is to blame from 500 on', () => {
    const error = { code: 'C', message: 'm' }
    assert.match(renderError('sts', { ...error, status: 499 }, 'id'), /<Type>Sender</)
    assert.match(renderError('sts', { ...error, status: 500 }, 'id'), /<Type>Receiver</)
  })

  test('no text breaks out of its element or leaves characters XML cannot carry', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeXml(`${text}\u0000\ud800`)
        assert.doesNotMatch(escaped, /[<>"']|&(?!#\d+;)/)
        assert.doesNotMatch(escaped, /[\u0000-\u001f\ufffe\uffff]/)
        assert.ok(escaped.isWellFormed())
      }),
    )
  })
})

describe('instants', () => {
  test('whole seconds go to text and back', () => {
    assert.equal(isoSeconds(1_767_225_600), '2026-01-01T00:00:00Z')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
        assert.equal(parseAmzDate(amzDate(seconds * 1000)), seconds * 1000)
      }),
    )
    assert.ok(Number.isNaN(parseAmzDate('2026-01-01T00:00:00Z')))
  })
})
