// Which numbered security (S-nn) and reliability (R-nn) requirements have a test that carries the number in its title.
import { globSync, readFileSync } from 'node:fs'

/** Requirements that block any release; the numbers are kept for ever. */
const blocking = {
  S: [
    1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 31, 32, 33,
    34, 35, 36, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60,
    61, 62, 63, 64, 65, 67, 68, 69, 70, 71, 72, 73, 74,
  ],
  R: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 19, 20, 21, 22, 23, 24, 25, 28, 29, 30, 31, 40, 41],
} as const

const titles = globSync([
  'src/**/*.test.ts',
  'src/**/contract.ts',
  'src/store/contract/*.ts',
  'tests/**/*.ts',
])
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n')

const format = (letter: string, number: number) => `${letter}-${String(number).padStart(2, '0')}`

for (const [letter, numbers] of Object.entries(blocking)) {
  const missing = numbers
    .filter((number) => !titles.includes(format(letter, number)))
    .map((number) => format(letter, number))
  console.log(`${letter}: ${numbers.length - missing.length} of ${numbers.length} have a test`)
  if (missing.length > 0) console.log(`${letter} without a test: ${missing.join(' ')}`)
}
