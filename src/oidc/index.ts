export { isLegacyLogin, loginAudience } from './audience.ts'
export { isLoopbackHost, parseBaseUrl } from './base-url.ts'
export {
  type IdentityRequest,
  identityClaimNames,
  identityClaims,
  identitySubject,
  loginClaimNames,
  loginClaims,
  type SavedEnvironment,
  type TimelessClaims,
} from './claims.ts'
export type { IssuerDocument } from './document.ts'
export {
  anonymousName,
  type EnvironmentName,
  formatEnvironmentName,
  parseEnvironmentName,
} from './environment-name.ts'
export {
  createIssuer,
  type Issuer,
  type IssuerOptions,
  type IssuerVersion,
  type PublishedIssuer,
} from './issuer.ts'
export type { PublicJwk } from './jwk.ts'
export type { MintedToken, SignedClaims } from './jwt.ts'
export type { KeyChange, KeySealer, KeyStorage, StoredKey } from './key-storage.ts'
export { type LoginCaller, type LoginPlatform, type LoginRequest, loginPlatforms } from './login.ts'
export { type KeyLife, type KeyState, type RotationPolicy, rotationPolicy } from './rotation.ts'
export {
  checkedAttributes,
  loginSubject,
  type SubjectAttribute,
  type SubjectFacts,
  subjectAttributes,
} from './subject.ts'
export { type Demands, verifyToken } from './verify.ts'
