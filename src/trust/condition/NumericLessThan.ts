import { numeric } from './number.ts'

/** A smaller number. */
export const NumericLessThan = numeric('NumericLessThan', (order) => order < 0)
