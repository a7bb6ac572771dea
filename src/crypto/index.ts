export { encodePlace, type Place } from './aad.ts'
export {
  type AccessTokenKind,
  accessTokenPattern,
  createAccessToken,
  hashSecret,
  looksLikeAccessToken,
  type ParsedAccessToken,
  parseAccessToken,
} from './access-token.ts'
export {
  type BrokenLink,
  type ChainedEntry,
  type Checkpoint,
  chainVerifier,
  checkpointHolds,
  checkpointKey,
  hashAuditEntry,
  signCheckpoint,
} from './audit-chain.ts'
export { hmacSha256 } from './hmac.ts'
export { createKeyFile, parseKeyFile } from './key-file.ts'
export { createKeyRing, type KeyCheck, type KeyRing } from './key-ring.ts'
export { type KeySource, localKeySource } from './key-source.ts'
export { createPassphraseFile, isPassphraseFile, parsePassphraseFile } from './passphrase.ts'
export { type RandomSource, systemRandom } from './random.ts'
export { type Key, seal, sealingKeyId, unseal } from './seal.ts'
export { chunkOpener, chunkOverhead, chunkSealer } from './sealed-chunks.ts'
export { type AccessTokenCodec, createAccessTokenCodec } from './token-codec.ts'
export {
  bondValue,
  checkBond,
  sealingRevision,
  sealValue,
  unsealValue,
  type ValuePlace,
} from './value-seal.ts'
