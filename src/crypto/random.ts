import { randomBytes } from 'node:crypto'

/** Gives as many unpredictable bytes as asked for. */
export type RandomSource = (size: number) => Uint8Array

/** The system's random generator: the one place where the product gets random bytes from. */
export const systemRandom: RandomSource = (size) => randomBytes(size)
