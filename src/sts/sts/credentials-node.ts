import type { TemporaryCredentials } from '../credentials.ts'
import { isoSeconds } from '../protocol/instant.ts'
import type { XmlRecord } from '../protocol/xml.ts'

/** The `Credentials` element of an answer. */
export function credentialsNode(credentials: TemporaryCredentials): XmlRecord {
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: isoSeconds(credentials.expiresAtSeconds),
  }
}
