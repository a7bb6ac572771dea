import { dated } from './instant.ts'

/** The same instant, to the millisecond. */
export const DateEquals = dated('DateEquals', (order) => order === 0)
