export { createTokenExchange, type TokenExchangeOptions } from './token-exchange.ts'
