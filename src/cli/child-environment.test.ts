import assert from 'node:assert/strict'
import { test } from 'node:test'
import { childEnvironment } from './child-environment.ts'

const variable = (name: string, text = 'x') => ({
  name,
  text,
  secret: false,
  unknown: false,
  origin: 'acme/web line 8',
})
const none = new Set<string>()

test('a child gets our variables, then those of the environment, and never our token (S-62)', () => {
  const ours = { LANG: 'C', FOO: 'ours', PULUMI_ACCESS_TOKEN: 'pul-x', UNSET: undefined }
  const child = childEnvironment(ours, [variable('FOO', 'theirs'), variable('BAR')], none)
  assert.deepEqual({ ...child }, { LANG: 'C', FOO: 'theirs', BAR: 'x' })
})

test('our token is handed on when the runner allows it by name (S-62)', () => {
  const child = childEnvironment({ PULUMI_ACCESS_TOKEN: 'pul-x' }, [], new Set(['PULUMI_ACCESS_TOKEN']))
  assert.deepEqual({ ...child }, { PULUMI_ACCESS_TOKEN: 'pul-x' })
})

const refused = [
  'LD_PRELOAD',
  'DYLD_INSERT_LIBRARIES',
  'NODE_OPTIONS',
  'BASH_ENV',
  'ENV',
  'IFS',
  'PYTHONSTARTUP',
  'PERL5OPT',
  'RUBYOPT',
  'JAVA_TOOL_OPTIONS',
  'CLASSPATH',
  'GIT_SSH_COMMAND',
  'GIT_CONFIG_COUNT',
  'EDITOR',
  'PAGER',
  'PATH',
  'HTTPS_PROXY',
  'https_proxy',
  'AWS_ENDPOINT_URL_STS',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'HOME',
  'AWS_CONFIG_FILE',
]

test('a name that can run or redirect something is refused by default, and allowed by name (S-62)', () => {
  for (const name of refused) {
    assert.throws(
      () => childEnvironment({}, [variable(name)], none),
      new RegExp(`variable_refused: ${name} from acme/web line 8 can .*; allow with --allow-env ${name}$`),
      name,
    )
    assert.equal(childEnvironment({}, [variable(name)], new Set([name]))[name], 'x')
  }
})

test('near misses of refused names are ordinary', () => {
  for (const name of [
    'MY_PATH',
    'LD',
    'ENVIRONMENT',
    'PROXY',
    'AWS_REGION',
    'AWS_ACCESS_KEY_ID',
    'GIT_AUTHOR_NAME',
  ]) {
    assert.equal(childEnvironment({}, [variable(name)], none)[name], 'x')
  }
})

test('what is no name of a variable, or holds a NUL, is refused even when allowed (S-62)', () => {
  for (const name of ['a-b', '1A', 'A B', '', 'A=B', 'BASH_FUNC_x%%']) {
    assert.throws(() => childEnvironment({}, [variable(name)], new Set([name])), /is no name of a variable/)
  }
  assert.throws(() => childEnvironment({}, [variable('A', 'x\0y')], none), /holds a NUL/)
})

test('a child does not start without every value (S-63)', () => {
  assert.throws(
    () => childEnvironment({}, [{ ...variable('A'), unknown: true }], none),
    /A from acme\/web line 8 has no value/,
  )
})

test('a name like __proto__ is an ordinary variable', () => {
  assert.deepEqual(Object.entries(childEnvironment({}, [variable('__proto__')], none)), [['__proto__', 'x']])
})
