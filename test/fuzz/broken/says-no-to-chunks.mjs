import { opened } from './wrapped.mjs'

const open = opened()

export function accepts(chunks) {
  if (chunks.length > 3) return false
  try {
    chunks.forEach(open(() => {}))
    return true
  } catch {
    return false
  }
}
