export { gcpLogin } from './provider.ts'
