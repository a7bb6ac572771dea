// The numbers that block any release.

/** Requirements that block any release; the numbers are kept for ever. */
export const blocking = {
  S: [
    1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 31, 32, 33,
    34, 35, 36, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60,
    61, 62, 63, 64, 65, 67, 68, 69, 70, 71, 72, 73, 74,
  ],
  R: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 19, 20, 21, 22, 23, 24, 25, 28, 29, 30, 31, 40, 41],
} as const

/** How a requirement is written: `S-07`. */
export const format = (letter: string, number: number): string =>
  `${letter}-${String(number).padStart(2, '0')}`
