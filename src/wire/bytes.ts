// Views of bytes and memory for them: the one place that knows Buffer from Uint8Array.

import { host } from './host.ts'

const HostBuffer = host.Buffer

// `new Uint8Array(memory, offset, length)` is twice as fast as `Buffer#subarray`, and so is a subclass whose
// instances inherit from Buffer's prototype: real Buffers to their users.
export class BufferView extends Uint8Array<ArrayBuffer> {}
if (HostBuffer !== undefined) {
  Reflect.deleteProperty(BufferView.prototype, 'constructor')
  Object.setPrototypeOf(BufferView.prototype, HostBuffer.prototype)
}

/** How to make views of the same kind as some bytes: Buffers of a Buffer, Uint8Arrays of a Uint8Array. */
export type ViewKind = 'buffer' | 'uint8array' | 'other'

export function kindOf(bytes: Uint8Array): ViewKind {
  if (HostBuffer !== undefined && bytes instanceof (HostBuffer as unknown as typeof Uint8Array))
    return 'buffer'
  return Object.getPrototypeOf(bytes) === Uint8Array.prototype ? 'uint8array' : 'other'
}

/** A view of `bytes` from `start` to `end`, without a copy. */
export function viewOf(bytes: Uint8Array, kind: ViewKind, start: number, end: number): Uint8Array {
  if (kind === 'buffer')
    return new BufferView(bytes.buffer as ArrayBuffer, bytes.byteOffset + start, end - start)
  if (kind === 'uint8array') return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start)
  return bytes.subarray(start, end)
}

/** A copy of `bytes` from `start` to `end`, of the same kind. */
export function copyOf(bytes: Uint8Array, kind: ViewKind, start: number, end: number): Uint8Array {
  const copy = allocateOf(kind, end - start)
  copyInto(copy, 0, bytes, start, end)
  return copy
}

/** All the pieces behind one another. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = allocate(pieces.reduce((length, piece) => length + piece.length, 0))
  let position = 0
  for (const piece of pieces) {
    whole.set(piece, position)
    position += piece.length
  }
  return whole
}

/** Copies all of `source` into `target` at `position`. */
export function put(target: Uint8Array, position: number, source: Uint8Array): void {
  set.call(target, source, position)
}

/** Copies `source` from `start` to `end` into `target` at `position`. */
export function copyInto(
  target: Uint8Array,
  position: number,
  source: Uint8Array,
  start: number,
  end: number,
): void {
  if (end - start < LOOP_BELOW) {
    for (let from = start, to = position; from < end; from++, to++) target[to] = source[from]!
  } else if (start === 0 && end === source.length) {
    put(target, position, source)
  } else {
    put(target, position, new Uint8Array(memoryOf(source), offsetOf(source) + start, end - start))
  }
}

// Below this many bytes a loop costs less than a call of `set`.
const LOOP_BELOW = 16

// Found once: V8 looks a method of a Buffer up at every call.
const { set } = Uint8Array.prototype

/** Memory that small pieces are cut from, because an ArrayBuffer of one's own costs forty times as much. */
class Pool {
  private readonly size = 32_768
  private used = 0
  private memory = allocateOwn(this.size).buffer

  take(length: number): Uint8Array<ArrayBuffer> {
    const offset = this.used
    const end = offset + length
    if (end > this.size) return this.takeElsewhere(length)
    this.used = (end + 7) & ~7 // DataViews read faster from whole words
    return new DefaultView(this.memory, offset, length)
  }

  private takeElsewhere(length: number): Uint8Array<ArrayBuffer> {
    if (length > this.size >> 3) return allocateOwn(length) // so no more than an eighth is ever given up
    this.memory = allocateOwn(this.size).buffer
    this.used = 0
    return this.take(length)
  }
}

const DEFAULT_KIND: ViewKind = HostBuffer === undefined ? 'uint8array' : 'buffer'
const DefaultView = HostBuffer === undefined ? Uint8Array<ArrayBuffer> : BufferView
const pool = new Pool()

/** Memory for `length` bytes, not cleared: whoever takes it writes every byte before anybody else sees it. */
export function allocate(length: number): Uint8Array<ArrayBuffer> {
  return pool.take(length)
}

/** As {@link allocate}, of this kind. */
export function allocateOf(kind: ViewKind, length: number): Uint8Array<ArrayBuffer> {
  const bytes = pool.take(length)
  return kind === DEFAULT_KIND ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, length)
}

function allocateOwn(length: number): Uint8Array<ArrayBuffer> {
  return HostBuffer === undefined ? new Uint8Array(length) : HostBuffer.allocUnsafeSlow(length)
}

// The getters themselves: a subclass or a property of the object's own may say what it likes. They also cost less than
// properties do where V8 sees Buffers and their views alike.
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object
const getter = (name: PropertyKey) => Object.getOwnPropertyDescriptor(typedArray, name)!.get
const tag = getter(Symbol.toStringTag) as (this: unknown) => unknown
const buffer = getter('buffer') as (this: Uint8Array) => ArrayBufferLike
const byteOffset = getter('byteOffset') as (this: Uint8Array) => number
const length = getter('length') as (this: Uint8Array) => number

/** Whether the value is a Uint8Array, of whatever realm: a frame or a test runner may have brought its own. */
export function isBytes(value: unknown): value is Uint8Array {
  return tag.call(value) === 'Uint8Array'
}

/** The length of a Uint8Array; undefined for what is none, or says that it has another. */
export function honestLength(value: unknown): number | undefined {
  // Not by `isBytes` and `lengthOf`: each small chunk comes through here, and what is exported is looked up at every use.
  if (tag.call(value) !== 'Uint8Array') return undefined
  const claimed = (value as Uint8Array).length // first: V8 then knows what the getter gets
  return claimed === length.call(value as Uint8Array) ? claimed : undefined
}

/** `bytes.buffer`, whatever the object says. */
export function memoryOf(bytes: Uint8Array): ArrayBufferLike {
  return buffer.call(bytes)
}

/** `bytes.byteOffset`, whatever the object says. */
export function offsetOf(bytes: Uint8Array): number {
  return byteOffset.call(bytes)
}

/** `bytes.length`, whatever the object says. */
export function lengthOf(bytes: Uint8Array): number {
  return length.call(bytes)
}

/** Refuses what is not bytes: a mistake of the caller's, not of the peer's. */
export function assertBytes(value: unknown): asserts value is Uint8Array {
  if (honestLength(value) === undefined) throw new TypeError(`expected a Uint8Array, not ${nameOf(value)}`)
}

// biome-ignore format: one row per remedy
const REMEDIES: Readonly<Record<string, string>> = {
  String: 'text; encode it with Buffer.from(text) or new TextEncoder().encode(text)',
  ArrayBuffer: 'an ArrayBuffer; wrap it in new Uint8Array(memory)',
  SharedArrayBuffer: 'a SharedArrayBuffer; wrap it in new Uint8Array(memory)',
  Blob: 'a Blob; read it with new Uint8Array(await blob.arrayBuffer())',
  File: 'a File; read it with new Uint8Array(await file.arrayBuffer())',
  Array: 'an Array; convert it with Uint8Array.from(array)',
}

/** What a value is, and how to make bytes of it where there is a way. */
function nameOf(value: unknown): string {
  if (isBytes(value)) return 'one whose length is not what its class says'
  if (value === null || value === undefined) return String(value)
  const name = Object.prototype.toString.call(value).slice(8, -1)
  if (Object.hasOwn(REMEDIES, name)) return REMEDIES[name]!
  const isView = name.endsWith('Array') || name === 'DataView'
  return isView
    ? `a ${name}; convert it with new Uint8Array(view.buffer, view.byteOffset, view.byteLength)`
    : typeof value
}

/** Whether other threads may write to the memory. */
export function isShared(memory: ArrayBufferLike): boolean {
  // The first comparison takes a nanosecond, and is all that most memory needs.
  return (
    Object.getPrototypeOf(memory) !== ArrayBuffer.prototype &&
    Object.prototype.toString.call(memory) === '[object SharedArrayBuffer]'
  )
}

/** A copy that nobody else has. */
export function privateCopy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(lengthOf(bytes))
  put(copy, 0, bytes)
  return copy
}

/** What to throw if the memory of bytes that had this length was detached or shrunk since; undefined if it was not. */
export function detachedError(bytes: Uint8Array, length: number): TypeError | undefined {
  if (lengthOf(bytes) === length) return undefined
  return new TypeError(
    'a chunk was detached or shrunk before its packets were read; read them before you transfer it, or push a copy',
  )
}

/** @throws TypeError if the memory of bytes that had this length was detached or shrunk since */
export function assertAttached(bytes: Uint8Array, length: number): void {
  const error = detachedError(bytes, length)
  if (error !== undefined) throw error
}

/** Refuses what is no place in bytes. */
export function assertOffset(offset: unknown): void {
  if (!Number.isInteger(offset) || (offset as number) < 0)
    throw new TypeError(`an offset is a whole number of at least 0, not ${String(offset)}`)
}
