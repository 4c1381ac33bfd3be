// Bytes whose memory grows while they are read, as another thread can make it do.

type Growable = SharedArrayBuffer & { grow(length: number): void }
const Growable = SharedArrayBuffer as unknown as new (length: number, options: object) => Growable

type Class = new (memory: ArrayBufferLike) => Uint8Array

/** Bytes that are longer when their memory has grown. */
export function growable(content: Uint8Array, Bytes: Class = Uint8Array): Uint8Array {
  const memory = new Growable(content.length, { maxByteLength: content.length + 64 })
  new Uint8Array(memory).set(content)
  return new Bytes(memory)
}

/** Adds a byte, 0. */
export function grow(bytes: Uint8Array): void {
  const memory = bytes.buffer as ArrayBufferLike as Growable
  memory.grow(memory.byteLength + 1)
}

/** Bytes that had this content, and have grown since. */
export function grown(content: Uint8Array): Uint8Array {
  const bytes = growable(content)
  grow(bytes)
  return bytes
}

class Growing extends Uint8Array {
  override get length(): number {
    const length = super.length
    grow(this)
    return length
  }
}

/** Bytes that grow each time that `length` has been read, before it can be compared with anything. */
export function growing(content: Uint8Array): Uint8Array {
  return growable(content, Growing as Class)
}
