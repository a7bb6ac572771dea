import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A key service on loopback that speaks AWS KMS's JSON protocol: Encrypt and Decrypt, with an encryption context. */
export interface KmsDouble {
  readonly endpoint: string
  /** Every request so far: the operation, the key and the context. */
  readonly calls: readonly KmsCall[]
  /** What every request is answered with from now on; `null` = properly. */
  fault: KmsFault | null
  close(): Promise<void>
}

export interface KmsCall {
  readonly operation: string
  readonly keyId: string
  readonly context: Readonly<Record<string, string>>
}

/** `refuse` answers with an error of that name, `hang` never answers, `cut` closes the connection, `junk` answers no JSON. */
export type KmsFault = { readonly refuse: string } | 'hang' | 'cut' | 'junk'

interface Asked {
  readonly KeyId?: string
  readonly Plaintext?: string
  readonly CiphertextBlob?: string
  readonly EncryptionContext?: Record<string, string>
}

/** Each key id has a key of its own; a ciphertext opens under its key and context only. */
export async function startKmsDouble(): Promise<KmsDouble> {
  const keys = new Map<string, Buffer>()
  const calls: KmsCall[] = []
  const double = { fault: null as KmsFault | null }
  const keyOf = (id: string) => {
    const key = keys.get(id) ?? randomBytes(32)
    keys.set(id, key)
    return key
  }
  const answer = (operation: string, asked: Asked): [number, object] => {
    const id = asked.KeyId ?? ''
    const context = asked.EncryptionContext ?? {}
    calls.push({ operation, keyId: id, context })
    if (!/^arn:aws:kms:/.test(id)) return [400, { __type: 'NotFoundException', message: 'no such key' }]
    // KMS knows a context as a set of pairs, whatever their order.
    const aad = Buffer.from(JSON.stringify(Object.entries(context).sort()))
    if (operation === 'Encrypt') {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', keyOf(id), nonce).setAAD(aad)
      const sealed = [cipher.update(Buffer.from(asked.Plaintext ?? '', 'base64')), cipher.final()]
      const blob = Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]).toString('base64')
      return [200, { CiphertextBlob: blob, KeyId: id, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }]
    }
    if (operation !== 'Decrypt') return [400, { __type: 'UnknownOperationException' }]
    try {
      const blob = Buffer.from(asked.CiphertextBlob ?? '', 'base64')
      const decipher = createDecipheriv('aes-256-gcm', keyOf(id), blob.subarray(0, 12)).setAAD(aad)
      decipher.setAuthTag(blob.subarray(12, 28))
      const plaintext = Buffer.concat([decipher.update(blob.subarray(28)), decipher.final()])
      return [200, { Plaintext: plaintext.toString('base64'), KeyId: id }]
    } catch {
      return [400, { __type: 'InvalidCiphertextException', message: '' }]
    }
  }
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const { fault } = double
    if (fault === 'hang') return
    if (fault === 'cut') {
      request.socket.destroy()
      return
    }
    const target = String(request.headers['x-amz-target'] ?? '')
    const signed = /^AWS4-HMAC-SHA256 Credential=/.test(request.headers.authorization ?? '')
    const [status, told] =
      fault !== null && fault !== 'junk'
        ? [400, { __type: fault.refuse, message: 'as asked' }]
        : signed && target.startsWith('TrentService.')
          ? answer(target.slice('TrentService.'.length), JSON.parse(body) as Asked)
          : [400, { __type: 'MissingAuthenticationTokenException' }]
    response.writeHead(status as number, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(fault === 'junk' ? '<html>' : JSON.stringify(told))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    get fault() {
      return double.fault
    },
    set fault(fault) {
      double.fault = fault
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
