// Combinators that do not need fast-check: the same arbitraries, drawn from a seed, without shrinking.

import type { Arbitrary, Combinators } from './combinators.ts'
import type { Random } from './random.ts'

interface Seeded<Value> {
  draw(random: Random): Value
  map<Mapped>(mapper: (value: Value) => Mapped): Seeded<Mapped>
}

interface Lengths {
  readonly minLength?: number
  readonly maxLength: number
}

// One integer in eight is the first or last of its range, because parsers break at the edges.
const EDGE_ONE_IN = 8

function seeded<Value>(draw: (random: Random) => Value): Seeded<Value> {
  return { draw, map: (mapper) => seeded((random) => mapper(draw(random))) }
}

function constantFrom<Value>(...values: Value[]): Seeded<Value> {
  return seeded((random) => values[random.integer(0, values.length - 1)]!)
}

function integer({ min, max }: { min: number; max: number }): Seeded<number> {
  return seeded((random) => {
    const edge = random.integer(0, 2 * EDGE_ONE_IN - 1)
    return edge === 0 ? min : edge === 1 ? max : random.integer(min, max)
  })
}

function array<Value>(item: Seeded<Value>, { minLength = 0, maxLength }: Lengths): Seeded<Value[]> {
  return seeded((random) => {
    const length = random.integer(minLength, maxLength)
    return Array.from({ length }, () => item.draw(random))
  })
}

function uint8Array({ minLength = 0, maxLength }: Lengths): Seeded<Uint8Array> {
  return seeded((random) =>
    Uint8Array.from({ length: random.integer(minLength, maxLength) }, () => random.integer(0, 0xff)),
  )
}

function tuple(...items: Seeded<unknown>[]): Seeded<unknown[]> {
  return seeded((random) => items.map((item) => item.draw(random)))
}

function oneof(
  _: unknown,
  ...branches: { readonly weight: number; readonly arbitrary: Seeded<unknown> }[]
): Seeded<unknown> {
  const tickets = branches.flatMap(({ weight, arbitrary }) => Array.from({ length: weight }, () => arbitrary))
  return seeded((random) => tickets[random.integer(0, tickets.length - 1)]!.draw(random))
}

/** A replacement for fast-check, as far as the arbitraries use it. */
export const SEEDED: Combinators = {
  array,
  boolean: () => constantFrom(false, true),
  constant: <Value>(value: Value) => seeded(() => value),
  constantFrom,
  integer,
  oneof,
  tuple,
  uint8Array,
} as unknown as Combinators

/** Draws a value from an arbitrary that was built with {@link SEEDED}. */
export function draw<Value>(arbitrary: Arbitrary<Value>, random: Random): Value {
  return (arbitrary as unknown as Seeded<Value>).draw(random)
}
