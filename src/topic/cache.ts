// The switch of both caches: all of them that is public.

import { clearTexts, incomingLookUps } from './incoming-names.ts'
import { clearBytes, outgoingLookUps } from './outgoing-names.ts'

/** The topic names that all parsers and encoders of this process remember, so that repeated names cost less. */
export interface TopicCache {
  /** Whether names are looked up and learnt; true unless set. Names are kept while it is false. Setting it throws a TypeError unless the value is a boolean. */
  enabled: boolean
  /** Forgets all names. */
  clear(): void
}

export const topicCache: TopicCache = Object.freeze({
  get enabled(): boolean {
    return incomingLookUps.enabled
  },
  set enabled(value: boolean) {
    if (typeof value !== 'boolean')
      throw new TypeError(`topicCache.enabled is true or false, not of type ${typeof value}`)
    incomingLookUps.enabled = value
    outgoingLookUps.enabled = value
  },
  clear(): void {
    clearTexts()
    clearBytes()
  },
})
