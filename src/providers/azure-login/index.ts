export { azureLogin } from './provider.ts'
