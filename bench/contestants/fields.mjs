/**
 * The fields that have a value, in an object of few properties, as somebody would write it down. V8 keeps one that was
 * copied together out of many in a slower form, and whoever had to read it would seem slow.
 */
export function fields(all) {
  const own = {}
  for (const [name, value] of Object.entries(all)) if (value !== undefined) own[name] = value
  return own
}
