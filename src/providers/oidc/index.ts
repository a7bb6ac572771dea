export { identityToken } from './provider.ts'
