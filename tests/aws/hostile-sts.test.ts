import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { createTokenExchange } from '../../src/aws/index.ts'
import { systemBreakers } from '../../src/programs/breakers.ts'
import { AccountNotAllowed, AwsRefusal, StsUnexpectedAnswer } from '../../src/providers/index.ts'

const roleArn = 'arn:aws:iam::123456789012:role/ci/deployer'

const answerFor = (session: string, more = '') => `<?xml version="1.0"?>${more}
<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <AssumedRoleUser><Arn>${session}</Arn><AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIASANDBOX</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
      <SessionToken>SANDBOX</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`
const good = answerFor('arn:aws:sts::123456789012:assumed-role/deployer/session')
const login = () => ({
  roleArn,
  roleSessionName: 'session',
  organization: 'acme',
  webIdentityToken: 'eyJhbGciOiJub25lIn0.e30.',
  durationSeconds: 3600,
  policyArns: [],
  signal: AbortSignal.timeout(20_000),
})

describe('S-39: what answers in the place of STS', () => {
  let answer: RequestListener = () => {}
  let asked = 0
  const server = createServer((...given) => {
    asked += 1
    answer(...given)
  })
  before(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const exchange = async (accounts: readonly string[] = []) =>
    await createTokenExchange({
      breakers: systemBreakers(),
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      fetch: (url, init) => fetch(url, init),
      accounts,
    }).assumeRoleWithWebIdentity(login())
  const send =
    (type: string, body: string, status = 200): RequestListener =>
    (_, response) =>
      response.writeHead(status, { 'content-type': type }).end(body)

  test('an answer about the role that was asked for is taken, its path left out as STS does', async () => {
    answer = send('text/xml', good)
    assert.equal((await exchange()).accessKeyId, 'ASIASANDBOX')
  })

  const entities = `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>`
  const hostile: readonly (readonly [string, RequestListener, RegExp])[] = [
    [
      'HTML with status 200',
      send('text/html', '<html>Sign in</html>'),
      /status 200 of type "text\/html", no XML/,
    ],
    ['JSON for XML', send('application/json', '{}'), /status 200 of type "application\/json"/],
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: 'https://example.com/' }).end(),
      /a redirect \(302\)/,
    ],
    ['nested entities', send('text/xml', answerFor('arn:x', entities)), /XML with a document type/],
    [
      'a session of another account',
      send('text/xml', answerFor('arn:aws:sts::999999999999:assumed-role/deployer/session')),
      /a session of arn:aws:sts::999999999999:/,
    ],
    [
      'a session of another role',
      send('text/xml', answerFor('arn:aws:sts::123456789012:assumed-role/admin/session')),
      /not of arn:aws:iam::123456789012:role\/ci\/deployer/,
    ],
    [
      'a session of another name',
      send('text/xml', answerFor('arn:aws:sts::123456789012:assumed-role/deployer/other')),
      /a session of arn:aws:sts::123456789012:assumed-role\/deployer\/other/,
    ],
    ['JSON that says it is XML', send('text/xml', '{"Credentials":{}}'), /XML that is none of STS/],
    [
      'HTML that says it is a refusal in XML',
      send('text/xml', '<html>blocked</html>', 403),
      /XML that is none of STS/,
    ],
    ['HTML that says it is XML', send('text/xml', '<html>Sign in</html>'), /a session of no role/],
    [
      'no credentials',
      send('text/xml', good.replace(/<Credentials>[\s\S]*<\/Credentials>/, '')),
      /no credentials/,
    ],
  ]
  for (const [what, listener, said] of hostile) {
    test(`${what} is no answer of STS, and is not asked for again`, async () => {
      answer = listener
      asked = 0
      await assert.rejects(exchange(), (error: Error) => {
        assert.ok(error instanceof StsUnexpectedAnswer, String(error))
        assert.match(error.message, /^sts_unexpected_response: /)
        assert.match(error.message, said)
        assert.doesNotMatch(error.message, /eyJ/)
        return true
      })
      assert.equal(asked, 1)
    })
  }

  test('a body of a gigabyte is left after 64 KiB', async () => {
    const chunk = Buffer.alloc(64 * 1024, 32)
    let written = 0
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/xml' })
      const more = () => {
        while (!response.destroyed && written < 1024 ** 3) {
          written += chunk.length
          if (!response.write(chunk)) return void response.once('drain', more)
        }
        response.end()
      }
      more()
    }
    await assert.rejects(exchange(), /more than 65536 bytes/)
    assert.ok(written < 64 * 1024 ** 2, `${written} bytes were sent`)
  })

  test('a refusal in XML stays a refusal, and a gateway in trouble is asked again', async () => {
    const refusal =
      '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>'
    answer = send('text/xml', refusal, 403)
    await assert.rejects(
      exchange(),
      (error: Error) => error instanceof AwsRefusal && error.awsCode === 'AccessDenied',
    )
    asked = 0
    answer = (request, response) =>
      asked === 1
        ? send('text/html', 'Bad Gateway', 502)(request, response)
        : send('text/xml', good)(request, response)
    assert.equal((await exchange()).accessKeyId, 'ASIASANDBOX')
    assert.equal(asked, 2)
  })

  test('an account that the operator did not allow is asked nothing', async () => {
    answer = send('text/xml', good)
    asked = 0
    await assert.rejects(exchange(['999999999999']), AccountNotAllowed)
    assert.equal(asked, 0)
    assert.equal((await exchange(['123456789012'])).accessKeyId, 'ASIASANDBOX')
  })

  test('S-39: an account may be allowed to one organization alone', async () => {
    answer = send('text/xml', good)
    assert.equal((await exchange(['acme=123456789012'])).accessKeyId, 'ASIASANDBOX')
    asked = 0
    for (const accounts of [
      ['other=123456789012'],
      ['acme=999999999999', 'other=123456789012'],
      ['acme=123456789013'],
    ])
      await assert.rejects(
        exchange(accounts),
        /account 123456789012 is not one that organization acme may log in to/,
      )
    assert.equal(asked, 0)
  })

  // What the SDK reads from the environment of this process leads it elsewhere.
  const ledTo = async (url: string) => {
    const before = process.env['AWS_ENDPOINT_URL_STS']
    process.env['AWS_ENDPOINT_URL_STS'] = url
    try {
      return await createTokenExchange({
        breakers: systemBreakers(),
        region: 'us-east-1',
        fetch,
      }).assumeRoleWithWebIdentity(login())
    } finally {
      if (before === undefined) delete process.env['AWS_ENDPOINT_URL_STS']
      else process.env['AWS_ENDPOINT_URL_STS'] = before
    }
  }

  test('an endpoint elsewhere that only the environment of the process names is not asked', async () => {
    for (const url of [
      'https://sts.amazonaws.com.evil.example',
      'https://xamazonaws.com',
      'http://sts.us-east-1.amazonaws.com',
    ]) {
      await assert.rejects(ledTo(url), /sts_unexpected_response: .*which is not AWS's; `--sts-endpoint`/)
    }
  })

  test('S-40: credentials of a sandbox are not taken in the place of AWS', async () => {
    answer = send('text/xml', good)
    await assert.rejects(
      ledTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      /got credentials of a sandbox/,
    )
  })
})
