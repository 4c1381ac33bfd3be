// Packets and their fields as a tree. Long lists show some of their entries at a time.

import type { ExplainedField } from '../explain/index.ts'
import { count, element } from './dom.ts'
import { scrollWithin } from './hex-grid.ts'
import { type Model, NEW_INPUT, type Path } from './model.ts'

/** How many entries of a list are shown at a time. */
const WINDOW = 100

const keyOf = (path: Path): string => path.join('.')
const pathOf = (key: string): Path => (key === '' ? [] : key.split('.').map(Number))

/** One line of the tree. */
interface Entry {
  readonly name: string
  readonly meaning: string
  readonly section: string
  readonly kind: string
  readonly isFault?: boolean
  /** The number of entries below this one. */
  readonly size: number
}

export class FieldTree {
  private readonly model: Model
  private readonly tree: HTMLElement
  /** Entries that the user opened or closed, by key. */
  private readonly open = new Map<string, boolean>()
  /** Where the visible part of a list starts, by the key of the list's owner. */
  private readonly starts = new Map<string, number>()
  private rendered = ''
  private version = 0

  constructor(model: Model, tree: HTMLElement, onHover: (path: Path | undefined) => void) {
    this.model = model
    this.tree = tree
    tree.setAttribute('role', 'tree')
    tree.setAttribute('aria-label', 'Packets and their fields')
    tree.addEventListener('keydown', (event) => this.keyDown(event))
    tree.addEventListener('click', (event) => this.click(event))
    tree.addEventListener('mouseover', ({ target }) => {
      const item = itemOf(target)
      onHover(item?.dataset.key === undefined ? undefined : pathOf(item.dataset.key))
    })
    tree.addEventListener('mouseleave', () => onHover(undefined))
    model.onChange((change, origin) => {
      if (change === 'bytes') this.version++
      if (origin === NEW_INPUT) {
        this.open.clear()
        this.starts.clear()
      }
      this.reveal(model.path)
      this.render()
    })
  }

  /** Highlights the field under the pointer, or the smallest visible field that contains it. */
  light(path: Path | undefined): void {
    for (const lit of this.tree.querySelectorAll('.lit')) lit.classList.remove('lit')
    for (let length = path?.length ?? 0; length > 0; length--) {
      const item = this.item(path!.slice(0, length))
      if (item === undefined) continue
      item.classList.add('lit')
      return
    }
  }

  private item(path: Path): HTMLElement | undefined {
    return this.tree.querySelector<HTMLElement>(`[data-key="${keyOf(path)}"]`) ?? undefined
  }

  private isOpen(path: Path, kind: string): boolean {
    const known = this.open.get(keyOf(path))
    if (known !== undefined) return known
    return path.length === 1 ? this.model.packets.length === 1 : kind === 'group'
  }

  /** Opens the ancestors of a field, and moves lists so that they show it. */
  private reveal(path: Path): void {
    for (let length = 1; length <= path.length; length++) {
      const above = path.slice(0, length - 1)
      if (length > 1) this.open.set(keyOf(above), true)
      const index = path[length - 1]!
      const start = this.starts.get(keyOf(above)) ?? 0
      if (index < start || index >= start + WINDOW) this.starts.set(keyOf(above), index - (index % WINDOW))
    }
  }

  private render(): void {
    const signature = JSON.stringify([this.version, [...this.open], [...this.starts]])
    const hadFocus = this.tree.contains(document.activeElement)
    if (signature !== this.rendered) {
      this.rendered = signature
      const total = this.model.packets.length + (this.model.unread === undefined ? 0 : 1)
      this.tree.replaceChildren(...this.list([], total, (index) => this.packetEntry(index)))
    }
    this.mark(hadFocus)
  }

  private mark(hasFocus: boolean): void {
    for (const item of this.tree.querySelectorAll<HTMLElement>('[aria-selected=true], [tabindex="0"]')) {
      item.setAttribute('aria-selected', 'false')
      item.tabIndex = -1
    }
    const item = this.item(this.model.path) ?? this.tree.querySelector<HTMLElement>('[role=treeitem]')
    if (item === null) return
    item.tabIndex = 0
    if (item.dataset.key === keyOf(this.model.path)) item.setAttribute('aria-selected', 'true')
    if (hasFocus) item.focus()
    else scrollWithin(this.tree, item.querySelector<HTMLElement>('.line')!)
  }

  /** The visible items of a list. */
  private list(above: Path, total: number, entryAt: (index: number) => Entry): HTMLElement[] {
    const start = Math.min(this.starts.get(keyOf(above)) ?? 0, Math.max(0, total - 1))
    const end = Math.min(start + WINDOW, total)
    const items: HTMLElement[] = []
    if (start > 0)
      items.push(this.more(above, Math.max(0, start - WINDOW), `${start.toLocaleString('en')} earlier…`))
    for (let index = start; index < end; index++)
      items.push(this.itemFor([...above, index], entryAt(index), total, index))
    if (end < total) items.push(this.more(above, end, `${(total - end).toLocaleString('en')} more…`))
    return items
  }

  private more(above: Path, start: number, label: string): HTMLElement {
    return element(
      'div',
      {
        role: 'treeitem',
        tabindex: -1,
        'aria-selected': 'false',
        class: 'more',
        'data-list': keyOf(above),
        'data-start': start,
      },
      element('div', { class: 'line' }, label),
    )
  }

  private itemFor(path: Path, entry: Entry, total: number, index: number): HTMLElement {
    const { name, meaning, section, kind, size, isFault = false } = entry
    const isOpen = size > 0 ? this.isOpen(path, kind) : undefined
    const line = element(
      'div',
      { class: 'line' },
      element('span', { class: `twisty${size > 0 ? '' : ' none'}`, 'aria-hidden': 'true' }),
      element('span', { class: `chip kind-${kind}`, 'aria-hidden': 'true' }),
      element('span', { class: 'name' }, name),
      element('bdi', { class: 'meaning' }, meaning),
      element('span', { class: 'section' }, section),
    )
    const item = element(
      'div',
      {
        role: 'treeitem',
        tabindex: -1,
        'data-key': keyOf(path),
        'aria-level': path.length,
        'aria-setsize': total,
        'aria-posinset': index + 1,
        'aria-selected': 'false',
        'aria-expanded': isOpen === undefined ? undefined : String(isOpen),
        'aria-label': [name, meaning, section].filter((part) => part !== '').join(', '),
        class: isFault ? 'fault' : undefined,
      },
      line,
    )
    if (isOpen === true) {
      const fields = path.length === 1 ? this.model.explained(index).fields : this.model.field(path)!.fields
      const group = element('div', { role: 'group' })
      group.append(...this.list(path, size, (at) => this.fieldEntry(fields[at]!, path[0]!)))
      item.append(group)
    }
    return item
  }

  private packetEntry(index: number): Entry {
    const span = this.model.packets[index]
    if (span === undefined) {
      const [start, end] = this.model.unread!
      const meaning = `${count(end - start, 'byte')} after the malformed packet`
      return { name: 'Not read', meaning, section: '', kind: 'unread', size: 0 }
    }
    const { type, length, verdict } = span
    const name = type?.toUpperCase() ?? 'Reserved packet type'
    const meaning = `${verdict === 'valid' ? '' : `${verdict}, `}${count(length, 'byte')}`
    // A packet has at least a fixed header, so its fields are not needed until it is opened.
    return {
      name,
      meaning,
      section: '',
      kind: 'packet',
      isFault: verdict !== 'valid',
      size: this.sizeOf(index),
    }
  }

  private sizeOf(index: number): number {
    return this.isOpen([index], 'packet') ? this.model.explained(index).fields.length : 1
  }

  private fieldEntry(
    { name, meaning, section, kind, bits, offset, length, fields }: ExplainedField,
    packet: number,
  ): Entry {
    const { fault } = this.model.packets[packet]!.verdict === 'malformed' ? this.model.explained(packet) : {}
    const isFault =
      fault !== undefined &&
      fields.length === 0 &&
      bits === undefined &&
      (fault.offset === offset || (fault.offset > offset && fault.offset < offset + length))
    const place =
      bits === undefined ? '' : bits[0] === bits[1] ? `bit ${bits[0]}: ` : `bits ${bits.join('–')}: `
    return { name, meaning: place + meaning, section, kind, isFault, size: fields.length }
  }

  private click(event: MouseEvent): void {
    const item = itemOf(event.target)
    if (item === null) return
    const isTwisty = (event.target as Element).classList.contains('twisty')
    const isClosedPacket = item.ariaLevel === '1' && item.ariaExpanded === 'false'
    if ((isTwisty && item.ariaExpanded !== null) || isClosedPacket) this.toggle(item)
    if (!isTwisty) this.choose(item)
  }

  private choose(item: HTMLElement): void {
    const { key, list, start } = item.dataset
    if (list !== undefined) {
      this.starts.set(list, Number(start))
      const first = [...pathOf(list), Number(start)]
      this.render()
      this.model.select(first)
    } else if (key !== undefined) this.model.select(pathOf(key))
    this.focusSelected()
  }

  private focusSelected(): void {
    this.tree.querySelector<HTMLElement>('[tabindex="0"]')?.focus()
  }

  private toggle(item: HTMLElement, to = item.getAttribute('aria-expanded') !== 'true'): void {
    const key = item.dataset.key!
    this.open.set(key, to)
    const hadFocus = this.tree.contains(document.activeElement)
    // The selection must stay visible.
    if (!to && keyOf(this.model.path).startsWith(`${key}.`)) this.model.select(pathOf(key))
    if (!to) this.open.set(key, false)
    this.render()
    if (hadFocus) this.focusSelected()
  }

  private keyDown(event: KeyboardEvent): void {
    const item = itemOf(document.activeElement)
    if (item === null || event.altKey || event.ctrlKey || event.metaKey) return
    if (this.press(event.key, item)) event.preventDefault()
  }

  private press(key: string, item: HTMLElement): boolean {
    const shown = [...this.tree.querySelectorAll<HTMLElement>('[role=treeitem]')]
    const at = shown.indexOf(item)
    const expanded = item.getAttribute('aria-expanded')
    const above = item.parentElement?.closest<HTMLElement>('[role=treeitem]')
    if (key === 'ArrowDown') this.go(shown[at + 1])
    else if (key === 'ArrowUp') this.go(shown[at - 1])
    else if (key === 'Home') this.go(shown[0])
    else if (key === 'End') this.go(shown.at(-1))
    else if (key === 'ArrowRight' && expanded === 'false') this.toggle(item, true)
    else if (key === 'ArrowRight' && expanded === 'true') this.go(shown[at + 1])
    else if (key === 'ArrowLeft' && expanded === 'true') this.toggle(item, false)
    else if (key === 'ArrowLeft' && above) this.go(above)
    else if (key === 'Enter' || key === ' ') {
      if (expanded === null) this.choose(item)
      else this.toggle(item)
    } else return /^Arrow/.test(key)
    return true
  }

  /** Moves to an item. An item for more entries only gets the focus. */
  private go(item: HTMLElement | undefined): void {
    if (item === undefined) return
    if (item.dataset.key !== undefined) {
      this.choose(item)
      return
    }
    for (const other of this.tree.querySelectorAll<HTMLElement>('[tabindex="0"]')) other.tabIndex = -1
    item.tabIndex = 0
    item.focus()
  }
}

const itemOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('[role=treeitem]') : null
