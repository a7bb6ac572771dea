/** The advisory lock that every change holds until it is committed. The numbers are ours alone, and fixed for ever. */
export const changeLock = 4_937_201

/** The advisory lock that a server holds while it migrates the schema. */
export const migrationLock = 4_937_202
