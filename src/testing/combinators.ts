// What the arbitraries are made of: the part of fast-check that they use, and what is made of that.
//
// They are written once. fast-check runs them and shrinks what they give; seeded.ts runs them without fast-check.

/* biome-ignore lint/suspicious/noTsIgnore: no error here, but one in the declarations of those who have no fast-check */
/** @ts-ignore: without fast-check these types are `any`, and nobody needs them. */
import type * as FastCheck from 'fast-check'

/** fast-check's own. */
export type Arbitrary<Value> = FastCheck.Arbitrary<Value>

/** The part of fast-check, 3 or 4, that is used: hand in all of it. */
export type Combinators = Pick<
  typeof FastCheck,
  'array' | 'boolean' | 'constant' | 'constantFrom' | 'integer' | 'oneof' | 'tuple' | 'uint8Array'
>

/** One of several, by weight. Put the simplest first: the others shrink to it. */
export function choose<Value>(
  fc: Combinators,
  ...branches: readonly (readonly [weight: number, arbitrary: Arbitrary<Value>])[]
): Arbitrary<Value> {
  return fc.oneof(
    { withCrossShrink: true },
    ...branches.map(([weight, arbitrary]) => ({ weight, arbitrary })),
  )
}

/** A value or, half the time, none. */
export function maybe<Value>(fc: Combinators, arbitrary: Arbitrary<Value>): Arbitrary<Value | undefined> {
  return choose<Value | undefined>(fc, [1, fc.constant(undefined)], [1, arbitrary])
}

/**
 * One to `maxLength` values. In place of none there is the simplest: fast-check drops what does not matter from a list
 * only if the list may become empty.
 */
export function some<Value>(
  fc: Combinators,
  arbitrary: Arbitrary<Value>,
  maxLength: number,
  simplest: Value,
): Arbitrary<Value[]> {
  return fc.array(arbitrary, { maxLength }).map((values) => (values.length === 0 ? [simplest] : values))
}

/** An object, field by field; a plain one, which fast-check 4's own are not. */
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
