export { awsLogin } from './provider.ts'
