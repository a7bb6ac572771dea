import { numeric } from './number.ts'

/** A greater number or the same. */
export const NumericGreaterThanEquals = numeric('NumericGreaterThanEquals', (order) => order >= 0)
