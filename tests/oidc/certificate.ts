import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** A key and the certificate of it. */
export interface Certified {
  readonly name: string
  readonly key: KeyObject
  /** DER. */
  readonly certificate: Buffer
}

/** A fresh certificate, signed by `by` or by itself; a host gets its name and address as alternative names. */
export function certify(name: string, by: Certified | null, kind: 'authority' | 'host'): Certified {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const extensions =
    kind === 'authority'
      ? [extension('551d13', tlv(0x30, Buffer.from('0101ff', 'hex')))]
      : [extension('551d11', tlv(0x30, tlv(0x82, Buffer.from(name)), tlv(0x87, Buffer.from([127, 0, 0, 1]))))]
  const body = tlv(
    0x30,
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1, Math.floor(Math.random() * 255)])),
    ecdsaWithSha256,
    nameOf(by?.name ?? name),
    tlv(0x30, time('20200101000000Z'), time('20490101000000Z')),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, tlv(0x30, ...extensions)),
  )
  const signature = sign('sha256', body, by?.key ?? privateKey)
  const certificate = tlv(0x30, body, ecdsaWithSha256, tlv(0x03, Buffer.from([0]), signature))
  return { name, key: privateKey, certificate }
}

/** The same as PEM, several after another. */
export function pem(...chain: readonly Certified[]): string {
  return chain
    .map(({ certificate }) => {
      const lines = certificate.toString('base64').replace(/(.{64})(?=.)/g, '$1\n')
      return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
    })
    .join('')
}

const ecdsaWithSha256 = tlv(0x30, tlv(0x06, Buffer.from('2a8648ce3d040302', 'hex')))

function nameOf(text: string): Buffer {
  const commonName = tlv(0x30, tlv(0x06, Buffer.from('550403', 'hex')), tlv(0x0c, Buffer.from(text)))
  return tlv(0x30, tlv(0x31, commonName))
}

function time(text: string): Buffer {
  return tlv(0x18, Buffer.from(text))
}

function extension(oid: string, value: Buffer): Buffer {
  return tlv(0x30, tlv(0x06, Buffer.from(oid, 'hex')), tlv(0x04, value))
}

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}
