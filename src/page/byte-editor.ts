// The selected byte: its value in several notations, and controls to change it without a keyboard's special keys.

import { button, element } from './dom.ts'
import type { Model } from './model.ts'

export function byteEditor(model: Model, place: HTMLElement): void {
  const input = element('input', {
    size: 2,
    maxlength: 2,
    autocapitalize: 'off',
    autocomplete: 'off',
    spellcheck: 'false',
  })
  const name = element('span')
  const values = element('span', { class: 'hint' })
  input.addEventListener('input', () => {
    if (/^[\da-f]{2}$/i.test(input.value))
      model.splice(model.cursor, 1, [Number.parseInt(input.value, 16)], input)
  })
  input.addEventListener('blur', () => update())
  const insert = button(
    'Insert before',
    () => model.splice(model.cursor, 0, [0]),
    'Insert a byte before this one',
  )
  const remove = button('Delete', () => model.splice(model.cursor, 1, []), 'Delete this byte')
  place.append(element('label', {}, name, ' ', input), values, insert, remove)

  function update(): void {
    const byte = model.bytes[model.cursor]
    name.textContent = byte === undefined ? 'No byte' : `Byte ${model.cursor.toLocaleString('en')}`
    input.disabled = byte === undefined
    remove.disabled = byte === undefined
    if (document.activeElement !== input || byte === undefined)
      input.value = byte?.toString(16).padStart(2, '0') ?? ''
    values.textContent = byte === undefined ? '' : `= ${byte} = 0b${byte.toString(2).padStart(8, '0')}`
  }
  model.onChange((change, origin) => {
    if (change === 'selection' && origin !== input) input.blur()
    update()
  })
}
