// Limits the traffic to the packets that a target declares it reads.

import type { Declaration } from '../../target/declaration.ts'
import { expectationFor, isForTarget } from '../../verdict/expectation.ts'
import { bytesOf } from './bytes.ts'
import { packetsOf, WORKLOADS } from './workloads.ts'

/** Returns a predicate: whether a target with this declaration must accept a packet. */
export function acceptedBy(declaration: Declaration): (bytes: Buffer) => boolean {
  if (Object.keys(declaration).length === 0) return () => true
  return (bytes) =>
    isForTarget(bytes, declaration) && expectationFor(bytes, declaration).ending.kind === 'complete'
}

/** A scale at which every type of packet occurs. */
const SAMPLE = 0.5

/** The workloads with at least one packet for a target with this declaration. */
export function workloadsFor(declaration: Declaration): string[] {
  const ids = Object.keys(WORKLOADS)
  if (Object.keys(declaration).length === 0) return ids
  const isWanted = acceptedBy(declaration)
  return ids.filter((id) => packetsOf(id, SAMPLE).some((packet) => isWanted(bytesOf(packet))))
}
