// `npm run verify-release -- FOLDER --key PUBLIC.pem`: whether a release is what its key's owner made.
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Envelope, open } from './envelope.ts'
import { payloadType, subjectsOf } from './provenance.ts'
import { digestOf, readSums } from './sums.ts'

/** What is wrong with a release; nothing = everything in it is signed, and none of it was altered. */
export function problemsOf(folder: string, key: KeyObject): readonly string[] {
  const read = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : null)
  const [list, signature, provenance] = ['SHA-256SUMS', 'SHA-256SUMS.sig', 'provenance.intoto.json'].map(read)
  if (!list || !signature || !provenance)
    return ['wanted SHA-256SUMS, SHA-256SUMS.sig and provenance.intoto.json']
  if (!verify(null, list, key, signature)) return ['SHA-256SUMS was not signed by this key']
  const sums = readSums(list.toString('utf8'))
  const problems = [...sums].flatMap(([name, digest]) => {
    if (!existsSync(join(folder, name))) return [`${name} is missing`]
    return digestOf(join(folder, name)) === digest ? [] : [`${name} was altered`]
  })
  const payload = open(key, payloadType, JSON.parse(provenance.toString('utf8')) as Envelope)
  if (payload === null) return [...problems, 'the provenance was not signed by this key']
  const subjects = subjectsOf(payload)
  for (const [name, digest] of sums)
    if (name !== 'provenance.intoto.json' && subjects.get(name) !== digest)
      problems.push(`the provenance does not speak of ${name}`)
  return problems
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { key: { type: 'string' } } })
  const [folder] = positionals
  if (folder === undefined || values.key === undefined) {
    console.error('usage: npm run verify-release -- FOLDER --key PUBLIC.pem')
    process.exit(2)
  }
  const problems = problemsOf(folder, createPublicKey(readFileSync(values.key)))
  for (const problem of problems) console.error(`error: ${problem}`)
  if (problems.length === 0) console.log(`${folder}: everything is signed, and nothing was altered`)
  process.exit(problems.length === 0 ? 0 : 1)
}
