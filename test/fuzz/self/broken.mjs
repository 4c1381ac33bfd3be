/** Thrown if an invariant does not hold. */
export class Broken extends Error {}

export function must(holds, invariant) {
  if (!holds) throw new Broken(invariant)
}
