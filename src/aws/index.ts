export { type KmsKeyOptions, kmsKeySource } from './kms-key-source.ts'
export { createTokenExchange, type TokenExchangeOptions } from './token-exchange.ts'
