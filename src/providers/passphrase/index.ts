export { passphrase } from './rotator.ts'
