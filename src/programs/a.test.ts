import { test } from 'node:test'

test('a', () => {
  throw new Error('x')
})
