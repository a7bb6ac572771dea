export { generateSetup } from './generate.ts'
export {
  issuerHost,
  providerArn,
  type SetupFormat,
  type SetupTarget,
  setupFormats,
  trustPolicy,
} from './target.ts'
export { setupProblem } from './verify.ts'
