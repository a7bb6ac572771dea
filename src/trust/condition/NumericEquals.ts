import { numeric } from './number.ts'

/** The same number, however it is written. */
export const NumericEquals = numeric('NumericEquals', (order) => order === 0)
