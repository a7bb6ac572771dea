import { dated } from './instant.ts'

/** An earlier instant or the same. */
export const DateLessThanEquals = dated('DateLessThanEquals', (order) => order <= 0)
