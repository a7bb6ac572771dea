import type { STSClient } from '@aws-sdk/client-sts'
import { StsUnexpectedAnswer } from '../providers/index.ts'
import { parseRoleArn } from '../trust/index.ts'

const mostBytes = 64 * 1024

interface RawResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string | undefined>>
  body: unknown
}

type Middleware = Parameters<STSClient['middlewareStack']['addRelativeTo']>[0]
type Next = (args: unknown) => Promise<{ readonly response: unknown }>

// The domains that AWS serves its endpoints from, in every partition, VPC endpoints among them.
const awsHost =
  /(?:^|\.)(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|api\.aws|api\.amazonwebservices\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov)$/
const thisMachine = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/

interface RawRequest {
  readonly protocol?: string
  readonly hostname?: string
}

// Variables and files of this host can lead the SDK anywhere. A stand-in on this machine is let pass, since its credentials do not
// pass for AWS's.
function requireAwsHost({ protocol, hostname = '' }: RawRequest): void {
  if ((protocol === 'https:' && awsHost.test(hostname)) || thisMachine.test(hostname)) return
  throw new StsUnexpectedAnswer(
    `the endpoint ${protocol}//${hostname} from AWS_ENDPOINT_URL or a configuration file, which is not AWS's; \`--sts-endpoint\` names another`,
  )
}

const strictly = (hasOwnEndpoint: boolean) => (next: Next) => async (args: unknown) => {
  if (!hasOwnEndpoint) requireAwsHost((args as { readonly request: RawRequest }).request)
  const result = await next(args)
  await check(result.response as RawResponse)
  return result
}

/**
 * Lets a client read only what STS sends: XML of at most 64 KiB without declarations of entities, and no redirect. What
 * stands between this host and AWS may answer with anything (S-39). Without an endpoint of its own it asks hosts of AWS only.
 */
export function readStrictly(client: STSClient, hasOwnEndpoint: boolean): STSClient {
  // The SDK's type names the command's inputs and outputs, which are handed through and not looked at.
  client.middlewareStack.addRelativeTo(strictly(hasOwnEndpoint) as unknown as Middleware, {
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
 * Whether an answer is about the role and session that were asked for, by the ARN it gives.
 *
 * @throws StsUnexpectedAnswer when it is about another
 */
export function requireSessionOf(
  sessionArn: string | undefined,
  { roleArn, roleSessionName }: { readonly roleArn: string; readonly roleSessionName: string },
): void {
  const role = parseRoleArn(roleArn)
  const wanted = `arn:${role?.partition}:sts::${role?.account}:assumed-role/${role?.name}/${roleSessionName}`
  if (sessionArn === wanted) return
  throw new StsUnexpectedAnswer(`a session of ${(sessionArn ?? 'no role').slice(0, 200)}, not of ${roleArn}`)
}
