// The public interface of both caches.

import { clearTexts, incomingPolicy } from './cache-incoming.ts'
import { clearBytes, outgoingPolicy } from './cache-outgoing.ts'

/** The cache of topic names that all parsers and encoders in this process share. It makes repeated names cheaper. */
export interface TopicCache {
  /**
   * Whether names are looked up and learned; default true. While it is false, the known names are kept.
   *
   * @throws TypeError if set to anything but a boolean
   */
  enabled: boolean
  /** Forgets all names. */
  clear(): void
}

export const topicCache: TopicCache = /* @__PURE__ */ Object.freeze({
  get enabled(): boolean {
    return incomingPolicy.enabled
  },
  set enabled(value: boolean) {
    if (typeof value !== 'boolean')
      throw new TypeError(`topicCache.enabled must be a boolean, not of type ${typeof value}`)
    incomingPolicy.enabled = value
    outgoingPolicy.enabled = value
  },
  clear(): void {
    clearTexts()
    clearBytes()
  },
})
