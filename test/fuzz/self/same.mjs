// Compares packets, reports and errors. It is fast, because it is called for every packet.

export function same(one, other) {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (one instanceof Uint8Array) return other instanceof Uint8Array && sameBytes(one, other)
  if (Array.isArray(one)) return Array.isArray(other) && sameItems(one, other)
  let fields = 0
  for (const name in one) {
    if (!same(one[name], other[name])) return false
    fields++
  }
  for (const _ in other) fields--
  return fields === 0
}

export function sameBytes(one, other) {
  return one.length === other.length && Buffer.compare(one, other) === 0
}

function sameItems(one, other) {
  if (one.length !== other.length) return false
  for (let index = 0; index < one.length; index++) if (!same(one[index], other[index])) return false
  return true
}
