import { dated } from './instant.ts'

/** A later instant. */
export const DateGreaterThan = dated('DateGreaterThan', (order) => order > 0)
