// Byte arrays and their memory: the only file that distinguishes Buffer from Uint8Array.

import { showType } from '../show.ts'
import { host } from './host.ts'

// The built-in getters, because a subclass or an own property may override them. They are also cheaper than property
// accesses if V8 has seen both Buffers and Uint8Arrays.
const typedArray = /* @__PURE__ */ Object.getPrototypeOf(Uint8Array.prototype) as object
const getter = (name: PropertyKey) => Object.getOwnPropertyDescriptor(typedArray, name)!.get
const tag = /* @__PURE__ */ getter(Symbol.toStringTag) as (this: unknown) => unknown
const buffer = /* @__PURE__ */ getter('buffer') as (this: Uint8Array) => ArrayBufferLike
const byteOffset = /* @__PURE__ */ getter('byteOffset') as (this: Uint8Array) => number
const length = /* @__PURE__ */ getter('length') as (this: Uint8Array) => number

const HostBuffer = host.Buffer

type ViewConstructor = new (memory: ArrayBuffer, offset: number, length: number) => Uint8Array<ArrayBuffer>

/**
 * Creates views: Buffers if the host has Buffer, otherwise Uint8Arrays. The host's own species class creates genuine Buffers
 * in 14 ns, as fast as Uint8Arrays; `Buffer#subarray` takes 30 ns. If the species class does not work, views merely inherit
 * from Buffer's prototype.
 */
export const BufferView: ViewConstructor = /* @__PURE__ */ bufferView()

function bufferView(): ViewConstructor {
  if (HostBuffer === undefined) return Uint8Array<ArrayBuffer>
  const Species = HostBuffer[Symbol.species]
  if (makesViews(Species, HostBuffer.prototype)) return Species
  class View extends Uint8Array<ArrayBuffer> {}
  Reflect.deleteProperty(View.prototype, 'constructor')
  Object.setPrototypeOf(View.prototype, HostBuffer.prototype)
  return View as ViewConstructor
}

function makesViews(Species: unknown, prototype: object): Species is ViewConstructor {
  const memory = new ArrayBuffer(4)
  try {
    const view = new (Species as ViewConstructor)(memory, 1, 2)
    if (Object.getPrototypeOf(view) !== prototype) return false
    return buffer.call(view) === memory && byteOffset.call(view) === 1 && length.call(view) === 2
  } catch {
    return false
  }
}

/** The kind of a byte array, so that views of it can be of the same kind: Buffer, Uint8Array, or another subclass. */
export type ViewKind = 'buffer' | 'uint8array' | 'other'

export function kindOf(bytes: Uint8Array): ViewKind {
  if (HostBuffer !== undefined && bytes instanceof (HostBuffer as unknown as typeof Uint8Array))
    return 'buffer'
  return Object.getPrototypeOf(bytes) === Uint8Array.prototype ? 'uint8array' : 'other'
}

/**
 * Allocates `length` bytes that share their memory with nothing else. They may not be zeroed: the caller must write every byte
 * before it exposes them. Up to 64 bytes are inside V8's heap and cost 25 ns; larger memory costs a microsecond.
 */
export function ownMemory(kind: ViewKind, length: number): Uint8Array<ArrayBuffer> {
  return kind === 'buffer' ? HostBuffer!.allocUnsafeSlow(length) : new Uint8Array(length)
}

/** Copies `bytes` from `start` to `end` into memory of its own, so that the copy can be kept for long. */
export function copyOf(bytes: Uint8Array, kind: ViewKind, start: number, end: number): Uint8Array {
  const copy = ownMemory(kind, end - start)
  copyInto(copy, 0, bytes, start, end)
  return copy
}

/** Concatenates the pieces. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = ownMemory(
    'uint8array',
    pieces.reduce((length, piece) => length + piece.length, 0),
  )
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

/**
 * The same as {@link copyInto} for memory that may overlap. The source may have grown: only the bytes up to `end` are copied.
 *
 * One gap is left. If another thread grows the source in the nanoseconds between this comparison and `set`, what the target
 * has after these bytes is overwritten, too. To close it, `encodeInto` of W1 would take 1.3 times as long.
 */
export function putRange(
  target: Uint8Array,
  position: number,
  source: Uint8Array,
  start: number,
  end: number,
): void {
  if (start === 0 && length.call(source) === end) {
    try {
      put(target, position, source)
      return
    } catch {
      // The source has just grown, and the target ends here.
    }
  }
  put(target, position, new Uint8Array(memoryOf(source), offsetOf(source) + start, end - start))
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
  } else {
    putRange(target, position, source, start, end)
  }
}

// Below this many bytes a loop is cheaper than calling `set`.
const LOOP_BELOW = 16

// Looked up once: V8 would look up the method of a Buffer at every call.
const { set } = Uint8Array.prototype

/** Whether the value is a Uint8Array of any realm: frames and test runners have their own. */
export function isBytes(value: unknown): value is Uint8Array {
  return tag.call(value) === 'Uint8Array'
}

/** The length of a Uint8Array; undefined for any other value, and if its `length` property is overridden to differ. */
export function byteArrayLength(value: unknown): number | undefined {
  // Does not call `isBytes` and `lengthOf`: this runs for every chunk, and V8 looks up exported functions at every use.
  if (tag.call(value) !== 'Uint8Array') return undefined
  const claimed = (value as Uint8Array).length // first: V8 then knows the type for the getter
  return claimed === length.call(value as Uint8Array) ? claimed : growingLength(value as Uint8Array)
}

/** The same for bytes that had two lengths just now: another thread makes them grow, unless `length` is overridden. */
function growingLength(bytes: Uint8Array): number | undefined {
  const before = length.call(bytes)
  const claimed: unknown = bytes.length
  return typeof claimed === 'number' && claimed >= before && claimed <= length.call(bytes)
    ? before
    : undefined
}

/** `bytes.buffer`, even if the property is overridden. */
export function memoryOf(bytes: Uint8Array): ArrayBufferLike {
  return buffer.call(bytes)
}

/** `bytes.byteOffset`, even if the property is overridden. */
export function offsetOf(bytes: Uint8Array): number {
  return byteOffset.call(bytes)
}

/** `bytes.length`, even if the property is overridden. */
export function lengthOf(bytes: Uint8Array): number {
  return length.call(bytes)
}

/** @throws TypeError if the value is not a Uint8Array: a mistake of the caller, not of the peer */
export function assertBytes(value: unknown): asserts value is Uint8Array {
  if (byteArrayLength(value) === undefined) throw new TypeError(`expected a Uint8Array, not ${nameOf(value)}`)
}

/** The same as {@link assertBytes} in less code: the message does not say what was found. */
export function assertUint8Array(value: unknown): asserts value is Uint8Array {
  if (byteArrayLength(value) === undefined) throw new TypeError('expected a Uint8Array')
}

const WRAP = 'wrap it in new Uint8Array(memory)'
const READ = 'read it with new Uint8Array(await blob.arrayBuffer())'

/** How to make bytes of what people pass instead. */
const REMEDIES: Readonly<Record<string, string>> = {
  'a string': 'encode it with new TextEncoder().encode(text)',
  'an array': 'convert it with Uint8Array.from(array)',
  'an ArrayBuffer': WRAP,
  'a SharedArrayBuffer': WRAP,
  'a Blob': READ,
  'a File': READ,
}

/** Names the type of a value, and how to convert it to bytes if possible. */
function nameOf(value: unknown): string {
  if (isBytes(value)) return 'one whose length property is overridden'
  const type = showType(value)
  const remedy = ArrayBuffer.isView(value)
    ? 'convert it with new Uint8Array(view.buffer, view.byteOffset, view.byteLength)'
    : REMEDIES[type]
  return remedy === undefined ? type : `${type}; ${remedy}`
}

/** Whether other threads can write to the memory. */
export function isShared(memory: ArrayBufferLike): boolean {
  // These take nanoseconds. Only SharedArrayBuffers have `grow`, on hosts that have it.
  if (Object.getPrototypeOf(memory) === ArrayBuffer.prototype) return false
  if ('grow' in memory) return true
  try {
    Reflect.get(ArrayBuffer.prototype, 'byteLength', memory) // takes microseconds if it throws, as it does for shared memory
    return false
  } catch {
    return true
  }
}

/** Copies the first `length` bytes into a new Uint8Array. */
export function privateCopy(bytes: Uint8Array, length: number = lengthOf(bytes)): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(length)
  copyInto(copy, 0, bytes, 0, length)
  return copy
}

/** The error to throw if the bytes, which had this length, have been detached or shrunk since; otherwise undefined. */
export function detachedError(bytes: Uint8Array, length: number): TypeError | undefined {
  if (lengthOf(bytes) >= length) return undefined
  return new TypeError(
    'a chunk was detached or shrunk before its packets were read; read them before you transfer it, or push a copy',
  )
}

/** @throws TypeError if the bytes, which had this length, have been detached or shrunk since */
export function assertAttached(bytes: Uint8Array, length: number): void {
  const error = detachedError(bytes, length)
  if (error !== undefined) throw error
}

/** @throws TypeError if the offset is not a non-negative integer */
export function assertOffset(offset: unknown): void {
  if (!Number.isInteger(offset) || (offset as number) < 0)
    throw new TypeError(`offset must be a non-negative integer, not ${String(offset)}`)
}
