import { numeric } from './number.ts'

/** A smaller number or the same. */
export const NumericLessThanEquals = numeric('NumericLessThanEquals', (order) => order <= 0)
