// Which numbered security (S-nn) and reliability (R-nn) requirements have a test that carries the number in its title.
import { globSync, readFileSync } from 'node:fs'
import { blocking, format } from './requirements-list.ts'

const titles = globSync([
  'src/**/*.test.ts',
  'src/**/contract.ts',
  'src/store/contract/*.ts',
  'tests/**/*.ts',
])
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n')

for (const [letter, numbers] of Object.entries(blocking)) {
  const missing = numbers
    .filter((number) => !titles.includes(format(letter, number)))
    .map((number) => format(letter, number))
  console.log(`${letter}: ${numbers.length - missing.length} of ${numbers.length} have a test`)
  if (missing.length > 0) console.log(`${letter} without a test: ${missing.join(' ')}`)
}
