import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatEpochSeconds, formatRfc3339, formatTime } from './times.ts'

const utc = { utc: true, timeZone: 'Europe/Berlin' }
const berlin = { utc: false, timeZone: 'Europe/Berlin' }

test('a time in UTC carries its offset and name', () => {
  assert.equal(formatTime('2024-07-29T12:30:00Z', utc), '2024-07-29 12:30:00 +0000 UTC')
  assert.equal(formatTime('2024-07-29T12:30:00.123456Z', utc), '2024-07-29 12:30:00 +0000 UTC')
})

test('no time is the zero time', () => {
  assert.equal(formatTime(undefined, utc), '0001-01-01 00:00:00 +0000 UTC')
  assert.equal(formatTime('', utc), '0001-01-01 00:00:00 +0000 UTC')
})

test('local time has the offset of its season', () => {
  assert.match(formatTime('2024-07-29T12:30:00Z', berlin), /^2024-07-29 14:30:00 \+0200 /)
  assert.match(formatTime('2024-01-29T12:30:00Z', berlin), /^2024-01-29 13:30:00 \+0100 /)
  assert.match(
    formatTime('2024-01-29T00:30:00Z', { utc: false, timeZone: 'America/New_York' }),
    /^2024-01-28 19:30:00 -0500 EST$/,
  )
  assert.equal(
    formatTime('2024-01-29T00:00:00Z', { utc: false, timeZone: 'Asia/Kolkata' }),
    '2024-01-29 05:30:00 +0530 +0530',
  )
})

test('RFC 3339 times leave fractions out, and nothing reads never', () => {
  assert.equal(formatRfc3339('2026-05-14T00:00:00.000Z', utc), '2026-05-14T00:00:00Z')
  assert.equal(formatRfc3339('2026-05-14 00:00:00.000', utc), '2026-05-14T00:00:00Z')
  assert.equal(formatRfc3339('2026-05-14T00:00:00Z', berlin), '2026-05-14T02:00:00+02:00')
  assert.equal(formatRfc3339('', utc), 'never')
  assert.equal(formatRfc3339(null, utc), 'never')
  assert.equal(formatEpochSeconds(1_747_094_400, utc), '2025-05-13T00:00:00Z')
})

test('a text that is no time is shown as it is', () => {
  assert.equal(formatTime('soon', utc), 'soon')
  assert.equal(formatRfc3339('soon', utc), 'soon')
})
