// The verdict on all bytes, in words.

import { identify } from '../explain/index.ts'
import { button, count, element } from './dom.ts'
import type { Model } from './model.ts'

/** How many tolerated violations are shown. */
const MAX_TOLERATED = 5

/** Shows the verdict, with a way to go to the fault. */
export function showVerdict(model: Model, place: HTMLElement, goTo: (offset: number) => void): void {
  const { bytes, packets } = model
  const last = packets.at(-1)
  const verdict = last?.verdict ?? 'valid'
  place.className = bytes.length === 0 ? 'empty' : verdict
  if (last === undefined) {
    place.replaceChildren(element('p', {}, 'No bytes yet.'))
    return
  }
  const whole = `${count(packets.length, 'packet')} in ${count(bytes.length, 'byte')}`
  if (verdict === 'valid') {
    place.replaceChildren(
      element('p', {}, element('strong', {}, 'Valid:'), ` ${whole}.`),
      ...model.tolerated
        .slice(0, MAX_TOLERATED)
        .map(({ message }) => element('p', {}, `Tolerated: ${message}.`)),
      ...(model.tolerated.length > MAX_TOLERATED ? [element('p', {}, 'And more.')] : []),
    )
    return
  }
  const { fault, missing } = model.explained(packets.length - 1)
  const at = verdict === 'malformed' ? fault!.offset : last.offset
  const parts = [
    element(
      'p',
      {},
      element('strong', {}, verdict === 'malformed' ? 'Malformed:' : 'Incomplete:'),
      ` packet ${packets.length.toLocaleString('en')}, at byte ${at.toLocaleString('en')}.`,
    ),
  ]
  if (verdict === 'malformed') {
    const { message, action } = fault!
    const answer =
      action === 'close'
        ? 'closes the connection'
        : `answers with CONNACK ${action.connack}, then closes the connection`
    parts.push(
      element('p', {}, element('bdi', {}, message.replace(/ \(byte \d+\)$/, ''))),
      element('p', {}, `A receiver ${answer}.`),
    )
    const other = packets.length === 1 ? identify(bytes) : undefined
    if (other !== undefined && !/^(mqtt-3|unknown)/.test(other.protocol))
      parts.push(element('p', {}, `These bytes look like ${other.description}.`))
  } else {
    const { length, field } = missing!
    const what = length === undefined ? 'More bytes' : count(length, 'more byte')
    parts.push(
      element(
        'p',
        {},
        `${what} ${length === 1 ? 'is' : 'are'} needed${field === undefined ? '' : `, in ${field}`}.`,
      ),
    )
  }
  place.replaceChildren(
    ...parts,
    button(`Go to byte ${at.toLocaleString('en')}`, () => goTo(at)),
  )
}
