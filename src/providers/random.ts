/** Random bytes of the system's generator, handed in. */
export type RandomBytes = (count: number) => Uint8Array

const range = 2 ** 32

/**
 * A whole number from 0 to `below − 1` (`below` ≤ 2³²), each as likely as any other: what would favour the small ones is
 * thrown away and drawn again.
 */
export function uniform(below: number, random: RandomBytes): number {
  const usable = range - (range % below)
  for (;;) {
    const drawn = new DataView(Uint8Array.from(random(4)).buffer).getUint32(0)
    if (drawn < usable) return drawn % below
  }
}

/** The items in an order where each order is as likely as any other (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: RandomBytes): readonly T[] {
  const order = [...items]
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = uniform(last + 1, random)
    const moved = order[last]!
    order[last] = order[other]!
    order[other] = moved
  }
  return order
}
