/**
 * Copies the fields that have a value into a new object. V8 stores an object with many properties in a slower form, and
 * a codec that had to read it would seem slow.
 */
export function fields(all) {
  const defined = {}
  for (const [name, value] of Object.entries(all)) if (value !== undefined) defined[name] = value
  return defined
}
