import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { IAMClient } from '@aws-sdk/client-iam'
import { STSClient } from '@aws-sdk/client-sts'
import { serve } from '@hono/node-server'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { createSandbox, type RequestLine, type Sandbox, type SandboxSettings } from './index.ts'

/** What tests of the sandbox share: a small issuer, a listening sandbox and AWS's own clients. */

const keys = await generateKeyPair('RS256', { extractable: true })
const otherKeys = await generateKeyPair('RS256')

export interface Issuer {
  readonly url: string
  /** How often discovery and JWKS were read. */
  readonly reads: { discovery: number; jwks: number }
  /** Replaces the answer of a path; `null` restores it. */
  answer: ((request: IncomingMessage, response: ServerResponse) => boolean) | null
  readonly mint: (claims?: JWTPayload, options?: { kid?: string; foreignKey?: boolean }) => Promise<string>
  readonly close: () => Promise<void>
}

export async function startIssuer(): Promise<Issuer> {
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'key-1', use: 'sig', alg: 'RS256' }
  const server = createServer((request, response) => {
    if (issuer.answer?.(request, response)) return
    response.setHeader('content-type', 'application/json')
    if (request.url === '/oidc/.well-known/openid-configuration') {
      issuer.reads.discovery++
      response.end(JSON.stringify({ issuer: url, jwks_uri: `${url}/jwks` }))
    } else if (request.url === '/oidc/jwks') {
      issuer.reads.jwks++
      response.end(JSON.stringify({ keys: [jwk] }))
    } else response.writeHead(404).end('{}')
  })
  const url = `http://127.0.0.1:${await listen(server)}/oidc`
  const issuer: Issuer = {
    url,
    reads: { discovery: 0, jwks: 0 },
    answer: null,
    mint(claims = {}, options = {}) {
      const now = Math.floor(Date.now() / 1000)
      const all = { iss: url, sub: 'env:acme/app', aud: 'acme', iat: now, exp: now + 600, ...claims }
      return new SignJWT(all)
        .setProtectedHeader({ alg: 'RS256', kid: options.kid ?? 'key-1' })
        .sign(options.foreignKey ? otherKeys.privateKey : keys.privateKey)
    },
    close: () => closeServer(server),
  }
  return issuer
}

export interface Stage {
  readonly url: string
  readonly sandbox: Sandbox
  readonly lines: RequestLine[]
  readonly clock: { offsetMs: number }
  readonly sts: (credentials?: Keys) => STSClient
  readonly iam: (credentials?: Keys) => IAMClient
  readonly close: () => Promise<void>
}

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export async function startStage(settings: Partial<SandboxSettings> = {}): Promise<Stage> {
  const clock = { offsetMs: 0 }
  const lines: RequestLine[] = []
  const sandbox = createSandbox({
    now: () => Date.now() + clock.offsetMs,
    fetch: (input, init) => fetch(input, init),
    random: (size) => randomBytes(size),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    log: (line) => lines.push(line),
    ...settings,
  })
  const server = serve({
    fetch: (request, surroundings) => sandbox.fetch(request, surroundings),
    hostname: '127.0.0.1',
    port: 0,
  }) as Server
  if (!server.listening) await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { accessKeyId, secretAccessKey } = sandbox.administrator
  const config = (credentials: Keys = { accessKeyId, secretAccessKey }) => ({
    endpoint: url,
    region: settings.region ?? 'us-east-1',
    credentials,
    maxAttempts: 1,
  })
  const clients: { destroy(): void }[] = []
  const keep = <T extends { destroy(): void }>(client: T): T => {
    clients.push(client)
    return client
  }
  return {
    url,
    sandbox,
    lines,
    clock,
    sts: (credentials) => keep(new STSClient(config(credentials))),
    iam: (credentials) => keep(new IAMClient(config(credentials))),
    close() {
      for (const client of clients) client.destroy()
      return closeServer(server)
    },
  }
}

/** A trust policy that admits one subject of an issuer. */
export function trustPolicy(
  issuerUrl: string,
  subject = 'env:acme/app',
  actions: string | readonly string[] = 'sts:AssumeRoleWithWebIdentity',
): string {
  const host = issuerUrl.replace(/^https?:\/\//, '')
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${host}` },
        Action: actions,
        Condition: { StringEquals: { [`${host}:aud`]: 'acme', [`${host}:sub`]: subject } },
      },
    ],
  })
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
