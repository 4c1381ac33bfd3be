// What of the traffic is for a target, by what it declares.

import type { Declaration } from '../../target/declaration.ts'
import { expectationFor, isForTarget } from '../../verdict/expectation.ts'
import { bytesOf } from './bytes.ts'
import { packetsOf, WORKLOADS } from './workloads.ts'

/** Whether a target that declares this is sent a packet, and has to accept it. */
export function acceptedBy(declaration: Declaration): (bytes: Buffer) => boolean {
  if (Object.keys(declaration).length === 0) return () => true
  return (bytes) =>
    isForTarget(bytes, declaration) && expectationFor(bytes, declaration).ending.kind === 'complete'
}

/** The scale at which every type of packet comes up. */
const SAMPLE = 0.5

/** The workloads that have packets for such a target. */
export function workloadsFor(declaration: Declaration): string[] {
  const ids = Object.keys(WORKLOADS)
  if (Object.keys(declaration).length === 0) return ids
  const isWanted = acceptedBy(declaration)
  return ids.filter((id) => packetsOf(id, SAMPLE).some((packet) => isWanted(bytesOf(packet))))
}
