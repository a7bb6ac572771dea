import type { STSClient } from '@aws-sdk/client-sts'
import { StsUnexpectedAnswer } from '../providers/index.ts'

const mostBytes = 64 * 1024

interface RawResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string | undefined>>
  body: unknown
}

type Middleware = Parameters<STSClient['middlewareStack']['addRelativeTo']>[0]
type Next = (args: unknown) => Promise<{ readonly response: unknown }>

const strictly = (next: Next) => async (args: unknown) => {
  const result = await next(args)
  await check(result.response as RawResponse)
  return result
}

/**
 * Lets a client read only what STS sends: XML of at most 64 KiB without declarations of entities, and no redirect. What
 * stands between this host and AWS may answer with anything (S-39).
 */
export function readStrictly(client: STSClient): STSClient {
  // The SDK's type names the command's inputs and outputs, which are handed through and not looked at.
  client.middlewareStack.addRelativeTo(strictly as unknown as Middleware, {
    relation: 'after',
    toMiddleware: 'deserializerMiddleware',
    name: 'strictAnswer',
    override: true,
  })
  return client
}

async function check(response: RawResponse): Promise<void> {
  const { statusCode: status, headers } = response
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'none'
  if (status >= 300 && status < 400) throw new StsUnexpectedAnswer(`a redirect (${status})`)
  // A gateway in trouble answers in its own way; the client tries again after that.
  if (status < 500 && !/^(text|application)\/xml\b/i.test(type)) {
    throw new StsUnexpectedAnswer(`status ${status} of type ${JSON.stringify(type.slice(0, 100))}, no XML`)
  }
  const body = await collect(response.body)
  if (/<!(DOCTYPE|ENTITY)/i.test(Buffer.from(body).toString('latin1')))
    throw new StsUnexpectedAnswer('XML with a document type')
  response.body = body
}

async function collect(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop early destroys the stream, and the rest is never read.
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > mostBytes) throw new StsUnexpectedAnswer(`more than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * Whether an answer is about the role that was asked for, by the ARN of the session it gives.
 *
 * @throws StsUnexpectedAnswer when it is about another
 */
export function requireSessionOf(sessionArn: string | undefined, roleArn: string): void {
  const asked = /^arn:([^:]+):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(roleArn)
  const got = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(sessionArn ?? '')
  const names = [1, 2, 3].every((index) => asked?.[index] !== undefined && asked[index] === got?.[index])
  if (!names) throw new StsUnexpectedAnswer(`a session of ${sessionArn ?? 'no role'}, not of ${roleArn}`)
}
