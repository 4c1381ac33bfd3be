import { PacketParser } from '../../../dist/index.js'

export function accepts(chunks) {
  const parser = new PacketParser()
  try {
    for (const chunk of chunks) for (const _ of parser.push(chunk));
    return true
  } catch {
    return false
  }
}
