// The combinators of the arbitraries: the part of fast-check that they use, and helpers built from it.
//
// Each arbitrary is written once. fast-check runs it and shrinks its values; seeded.ts runs it without fast-check.

/* biome-ignore lint/suspicious/noTsIgnore: no error here, but one in the declarations of those who have no fast-check */
/** @ts-ignore: without fast-check these types are `any`, and are not needed. */
import type * as FastCheck from 'fast-check'

/** fast-check's arbitrary. */
export type Arbitrary<Value> = FastCheck.Arbitrary<Value>

/** The part of fast-check 3 or 4 that is used. Pass the whole module. */
export type Combinators = Pick<
  typeof FastCheck,
  'array' | 'boolean' | 'constant' | 'constantFrom' | 'integer' | 'oneof' | 'tuple' | 'uint8Array'
>

/** Chooses one of several by weight. Put the simplest first: the others shrink to it. */
export function choose<Value>(
  fc: Combinators,
  ...branches: readonly (readonly [weight: number, arbitrary: Arbitrary<Value>])[]
): Arbitrary<Value> {
  return fc.oneof(
    { withCrossShrink: true },
    ...branches.map(([weight, arbitrary]) => ({ weight, arbitrary })),
  )
}

/** A value or, half the time, undefined. */
export function maybe<Value>(fc: Combinators, arbitrary: Arbitrary<Value>): Arbitrary<Value | undefined> {
  return choose<Value | undefined>(fc, [1, fc.constant(undefined)], [1, arbitrary])
}

/**
 * One to `maxLength` values. An empty list is replaced by one with the simplest value, because fast-check removes irrelevant
 * entries only from lists that may become empty.
 */
export function some<Value>(
  fc: Combinators,
  arbitrary: Arbitrary<Value>,
  maxLength: number,
  simplest: Value,
): Arbitrary<Value[]> {
  return fc.array(arbitrary, { maxLength }).map((values) => (values.length === 0 ? [simplest] : values))
}

/** A plain object, built field by field. Those of fast-check 4 have no prototype. */
export function record<Fields extends object>(
  fc: Combinators,
  fields: { readonly [Name in keyof Fields]: Arbitrary<Fields[Name]> },
): Arbitrary<Fields> {
  const names = Object.keys(fields)
  const values = Object.values<Arbitrary<unknown>>(fields)
  return fc
    .tuple(...values)
    .map((drawn) => Object.fromEntries(names.map((name, index) => [name, drawn[index]])) as Fields)
}
