export { password } from './rotator.ts'
