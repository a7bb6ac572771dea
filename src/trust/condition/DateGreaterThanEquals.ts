import { dated } from './instant.ts'

/** A later instant or the same. */
export const DateGreaterThanEquals = dated('DateGreaterThanEquals', (order) => order >= 0)
