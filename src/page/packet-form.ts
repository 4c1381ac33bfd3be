// The selected packet as a form. Changes are encoded at once, or refused with the rule.

import type { ExplainedField } from '../explain/index.ts'
import { EncodeError, encode, type PacketInput, type PacketTypeName } from '../index.ts'
import { bytesControl } from './bytes-control.ts'
import { button, count, element, labeled, option } from './dom.ts'
import {
  consistent,
  type Draft,
  draftOf,
  FORMS,
  type FormField,
  type FormList,
  NEW_PACKETS,
  OPTIONAL,
  valueAt,
  withValue,
} from './form-fields.ts'
import type { Model, Path } from './model.ts'

/** How many entries of a list can be edited. */
const MAX_ENTRIES = 50

export class PacketForm {
  private readonly model: Model
  private readonly form: HTMLElement
  private draft: Draft = {}
  /** The packet that the form shows; undefined if it shows none. */
  private shown: number | undefined
  private readonly problem: HTMLElement = element('p', { id: 'problem', class: 'problem', role: 'alert' })

  constructor(model: Model, form: HTMLElement) {
    this.model = model
    this.form = form
    form.addEventListener('focusin', ({ target }) => this.selectFieldOf(target as HTMLElement))
    model.onChange((change, origin) => {
      if (origin === this) return
      if (change === 'bytes' || model.path[0] !== this.shown) this.render()
    })
  }

  private render(): void {
    const { model } = this
    const index = model.path[0]
    this.shown = index
    this.problem.textContent = ''
    const span = model.packets[index ?? -1]
    const packet = span?.verdict === 'valid' ? model.explained(index!).packet : undefined
    const parts: HTMLElement[] = []
    if (packet !== undefined) {
      this.draft = draftOf(packet)
      parts.push(
        element(
          'p',
          { class: 'hint' },
          `${packet.type.toUpperCase()}, packet ${index! + 1} of ${model.packets.length}`,
        ),
        this.controls(packet.type),
        this.problem,
      )
    } else if (span !== undefined)
      parts.push(element('p', { class: 'hint' }, `A form needs a valid packet. This one is ${span.verdict}.`))
    parts.push(this.tools(span === undefined ? undefined : index))
    this.form.replaceChildren(...parts)
  }

  private controls(type: PacketTypeName): HTMLElement {
    const { fields, list } = FORMS[type]
    const parts: HTMLElement[] = []
    for (const field of fields) {
      const [root = ''] = field.property.split('.')
      const optional = OPTIONAL[root]
      if (optional !== undefined && (field.property === root || field.property === 'will.topic'))
        parts.push(this.switch(root, optional.label, optional.start))
      const isThere =
        (optional === undefined && field.property !== 'packetId') || valueAt(this.draft, root) !== undefined
      if (isThere) parts.push(this.control(field, field.property))
    }
    if (list !== undefined) parts.push(...this.listControls(list))
    if (parts.length === 0) parts.push(element('p', { class: 'hint' }, 'This packet has no fields.'))
    return element('div', { class: 'controls' }, ...parts)
  }

  /** A checkbox for an optional part. */
  private switch(property: string, label: string, start: unknown): HTMLElement {
    const box = element('input', { type: 'checkbox', checked: this.draft[property] !== undefined })
    box.addEventListener('change', () => this.change(property, box.checked ? start : undefined, true))
    return element('label', { class: 'flag switch' }, box, label)
  }

  private listControls({ property, label, entry, newEntry }: FormList): HTMLElement[] {
    const entries = this.draft[property] as unknown[]
    const edit = (change: (entries: readonly unknown[]) => unknown[]) => () =>
      this.change(property, change(this.draft[property] as unknown[]), true)
    const parts = entries.slice(0, MAX_ENTRIES).map((_, index) => {
      const controls = entry.map((field) => {
        const path = `${property}[${index}]${field.property === '' ? '' : `.${field.property}`}`
        return this.control(field, path, index)
      })
      const remove = button(
        'Remove',
        edit((current) => current.toSpliced(index, 1)),
        `Remove ${label.toLowerCase()} ${index + 1}`,
      )
      return element('fieldset', {}, element('legend', {}, `${label} ${index + 1}`), ...controls, remove)
    })
    if (entries.length > MAX_ENTRIES)
      parts.push(
        element(
          'fieldset',
          {},
          `Only the first ${MAX_ENTRIES} of ${count(entries.length, 'entry').replace(/ys$/, 'ies')} can be edited here.`,
        ),
      )
    return [
      ...parts,
      button(
        `Add a ${label.toLowerCase()}`,
        edit((current) => [...current, newEntry]),
      ),
    ]
  }

  private control(field: FormField, path: string, ordinal = 0): HTMLElement {
    const value = valueAt(this.draft, path)
    const attributes = {
      id: `form-${path}`,
      'data-property': path,
      'data-field': field.field,
      'data-ordinal': ordinal,
    }
    if (field.kind === 'bytes') {
      return bytesControl(field.label, value as Uint8Array | string, attributes, (bytes) =>
        this.change(path, bytes),
      )
    }
    if (field.kind === 'flag') {
      const box = element('input', { type: 'checkbox', checked: value === true, ...attributes })
      box.addEventListener('change', () => this.change(path, box.checked))
      return element('label', { class: 'flag' }, box, field.label)
    }
    if (field.kind === 'choice') {
      const options = field.choices!.map(([choice, label]) => option(choice, label, choice === value))
      const select = element('select', attributes, ...options)
      // QoS determines which other controls there are.
      const isDecisive = path === 'qos'
      select.addEventListener('change', () =>
        this.change(path, field.choices![select.selectedIndex]![0], isDecisive),
      )
      return labeled(field.label, select)
    }
    const isNumber = field.kind === 'number'
    const input = element('input', {
      type: isNumber ? 'number' : 'text',
      min: isNumber ? 0 : undefined,
      max: isNumber ? 65_535 : undefined,
      dir: isNumber ? undefined : 'auto',
      spellcheck: 'false',
      autocomplete: 'off',
      ...attributes,
    })
    input.value = String(value)
    input.addEventListener('input', () => {
      this.change(path, isNumber ? (input.value === '' ? undefined : Number(input.value)) : input.value)
    })
    return labeled(field.label, input)
  }

  /** @param isStructural whether the change adds or removes controls */
  private change(path: string, value: unknown, isStructural = false): void {
    this.draft = consistent(withValue(this.draft, path, value), path)
    this.encode()
    if (!isStructural) return
    const { type } = this.draft as { type: PacketTypeName }
    this.form.querySelector('.controls')!.replaceWith(this.controls(type))
    this.show(this.problem.textContent ?? '', undefined)
    const again = this.form.querySelector<HTMLElement>(`[data-property="${path}"]`)
    again?.focus()
  }

  private encode(): void {
    const { model } = this
    const { offset, length } = model.packets[this.shown!]!
    const { tolerate } = model.options
    try {
      const bytes = encode(this.draft as unknown as PacketInput, { tolerate })
      this.show('', undefined)
      model.splice(offset, length, bytes, this)
    } catch (error) {
      if (!(error instanceof EncodeError)) throw error
      this.show(`Not written: ${error.message}`, error.property)
    }
  }

  private show(problem: string, property: string | undefined): void {
    this.problem.textContent = problem
    for (const control of this.form.querySelectorAll<HTMLElement>('[data-property]')) {
      const isWrong = problem !== '' && control.dataset.property === property
      if (isWrong) control.setAttribute('aria-invalid', 'true')
      else control.removeAttribute('aria-invalid')
      if (isWrong) control.setAttribute('aria-describedby', 'problem')
      else control.removeAttribute('aria-describedby')
    }
  }

  /** Selects the bytes of the control's field. */
  private selectFieldOf({ dataset: { field, ordinal } }: HTMLElement): void {
    if (field === undefined || this.shown === undefined) return
    const { fields } = this.model.explained(this.shown)
    const found = pathsOf(fields, field, [this.shown])[Number(ordinal)]
    if (found !== undefined) this.model.select(found, this)
  }

  private tools(index: number | undefined): HTMLElement {
    const { model } = this
    const types = Object.keys(NEW_PACKETS) as PacketTypeName[]
    const select = element('select', { 'aria-label': 'Type of the packet to add' })
    select.append(...types.map((type) => option(type, type.toUpperCase(), type === 'publish')))
    const add = button('Add a packet', () => {
      const span = index === undefined ? undefined : model.packets[index]
      const at = span === undefined ? 0 : span.verdict === 'valid' ? span.offset + span.length : span.offset
      const bytes = encode(NEW_PACKETS[select.value as PacketTypeName] as unknown as PacketInput)
      model.splice(at, 0, bytes)
      model.selectByte(at)
    })
    const parts: HTMLElement[] = [select, add]
    if (index !== undefined)
      parts.push(
        button('Remove this packet', () => {
          const { offset, length } = model.packets[index]!
          model.splice(offset, length, [])
          model.selectByte(offset)
        }),
      )
    return element('div', { class: 'tools' }, ...parts)
  }
}

/** The paths of all fields with this name, in wire order. */
function pathsOf(fields: readonly ExplainedField[], name: string, above: Path): Path[] {
  return fields.flatMap((field, index) => {
    const path = [...above, index]
    return field.name === name ? [path] : pathsOf(field.fields, name, path)
  })
}
