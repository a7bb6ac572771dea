import { numeric } from './number.ts'

/** A greater number. */
export const NumericGreaterThan = numeric('NumericGreaterThan', (order) => order > 0)
