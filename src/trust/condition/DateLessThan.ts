import { dated } from './instant.ts'

/** An earlier instant. */
export const DateLessThan = dated('DateLessThan', (order) => order < 0)
