import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runScript } from './shell.ts'

async function run(
  script: string,
  setting: {
    variables?: Record<string, string>
    parameters?: readonly string[]
    files?: Record<string, string>
  } = {},
) {
  const out: Uint8Array[] = []
  const files = new Map(
    Object.entries(setting.files ?? {}).map(([name, text]) => [name, Buffer.from(text) as Uint8Array]),
  )
  const code = await runScript(
    script,
    {
      files,
      program: (name) =>
        name !== 'show'
          ? null
          : async (args, { stdin, stdout }) => {
              stdout(Buffer.from(`${JSON.stringify(args)}${Buffer.from(stdin).toString()}`))
              return args[0] === 'fail' ? 1 : 0
            },
    },
    { stdin: new Uint8Array(), stdout: (bytes) => out.push(bytes), stderr: () => {} },
    { variables: new Map(Object.entries(setting.variables ?? {})), parameters: setting.parameters ?? [] },
  )
  return { out: Buffer.concat(out).toString(), code, files }
}

const args = async (script: string, setting = {}) => JSON.parse((await run(`show ${script}`, setting)).out)

test('words are quoted as a shell quotes them', async () => {
  assert.deepEqual(await args(`a 'b c' "d \\"e\\" \\$f \\n"`), ['a', 'b c', 'd "e" $f \\n'])
  assert.deepEqual(await args(`a\\ b $'x\\x05\\ny' ''`), ['a b', 'x\x05\ny', ''])
  assert.deepEqual(await args(`'{"values":{"foo":"\${bar}"}}' --x="a b"c`), [
    '{"values":{"foo":"${bar}"}}',
    '--x=a bc',
  ])
})

test('variables and substitutions are split only outside quotes', async () => {
  const variables = { A: 'x  y', EMPTY: '' }
  assert.deepEqual(await args('$A "$A" $EMPTY "$EMPTY"', { variables }), ['x', 'y', 'x  y', ''])
  assert.deepEqual(await args('\\"$(echo "a b"; echo c)\\" "$(echo "a b")"'), ['"a', 'b', 'c"', 'a b'])
  assert.deepEqual(await args('$1 $2 $*', { parameters: ['p', 'q r'] }), ['p', 'q', 'r', 'p', 'q', 'r'])
})

test('an unset variable and an unknown command end the run', async () => {
  await assert.rejects(run('echo $NOPE'), /NOPE: unbound variable/)
  await assert.rejects(run('nosuch'), /nosuch: command not found/)
})

test('the first failure ends the script, but not to the left of a connector or in a subshell', async () => {
  assert.deepEqual(await run('show fail\necho no').then(({ out, code }) => [out, code]), ['["fail"]', 1])
  assert.equal((await run('show fail || echo yes\necho more')).out, '["fail"]yes\nmore\n')
  assert.equal((await run('show fail && echo no\necho more')).out, '["fail"]more\n')
  assert.deepEqual(await run('(show fail || exit 0)\necho more').then(({ out, code }) => [out, code]), [
    '["fail"]more\n',
    0,
  ])
  assert.equal((await run('(exit 3)\necho no')).code, 3)
})

test('pipes and redirections carry bytes', async () => {
  assert.equal((await run('echo -n hi | show')).out, '[]hi')
  assert.equal((await run('show <in', { files: { in: 'content' } })).out, '[]content')
  const { files } = await run('echo a >out\nprintf "b\\n" > $1', { parameters: ['second'] })
  assert.equal(Buffer.from(files.get('out') ?? '').toString(), 'a\n')
  assert.equal(Buffer.from(files.get('second') ?? '').toString(), 'b\n')
})

test('echo and printf read escapes only when they are told to', async () => {
  assert.equal((await run('echo "a\\nb"')).out, 'a\\nb\n')
  assert.equal((await run('echo -e "a\\n  b\\n"')).out, 'a\n  b\n\n')
  assert.equal((await run('echo -n -e "a\\tb"')).out, 'a\tb')
  assert.equal((await run('printf "%s-%s\\n" a b')).out, 'a-b\n')
})

test('a text that is no integer compares as 0', async () => {
  const test = (left: string, right: string) => run(`if [[ "${left}" -ne '${right}' ]]; then exit 1; fi`)
  assert.equal((await test('-w', '-x')).code, 0)
  assert.equal((await test('1', '2')).code, 1)
  assert.equal((await test('7', '7')).code, 0)
})

test('source reads exported variables from a file', async () => {
  const files = { env: 'export A=one two\nexport B="three"\n' }
  assert.equal((await run('source env\necho "$A|$B"', { files })).out, 'one two|three\n')
})
