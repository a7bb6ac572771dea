export { debugOidcClaims } from './provider.ts'
