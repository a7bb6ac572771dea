export { snowflakeLogin } from './provider.ts'
