// The bytes as a grid: one cell per byte, colored by the kind of its field. It shows some of the bytes at a time.

import { button, count, element } from './dom.ts'
import type { Model } from './model.ts'

/** How many bytes are shown at a time. */
const PAGE = 1_024
const NARROW = '(max-width: 640px)'
const KEYS: Readonly<Record<string, (columns: number) => number>> = {
  ArrowLeft: () => -1,
  ArrowRight: () => 1,
  ArrowUp: (columns) => -columns,
  ArrowDown: (columns) => columns,
  PageUp: (columns) => -16 * columns,
  PageDown: (columns) => 16 * columns,
}

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0')
const isPrintable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f

interface Range {
  readonly start: number
  readonly end: number
}

export class HexGrid {
  private readonly model: Model
  private readonly grid: HTMLElement
  private readonly pager: HTMLElement
  private readonly narrow = matchMedia(NARROW)
  private start = 0
  private cells: HTMLElement[] = []
  private characters: HTMLElement[] = []
  /** Whether the next digit overwrites the low half of the byte. */
  private isLowHalf = false

  constructor(
    model: Model,
    { grid, pager }: Readonly<Record<'grid' | 'pager', HTMLElement>>,
    onHover: (offset: number | undefined) => void,
  ) {
    this.model = model
    this.grid = grid
    this.pager = pager
    grid.setAttribute('role', 'grid')
    grid.setAttribute('aria-label', 'Bytes in hexadecimal')
    grid.addEventListener('keydown', (event) => this.keyDown(event))
    grid.addEventListener('click', ({ target }) => this.click(target))
    grid.addEventListener('mouseover', ({ target }) => onHover(this.offsetOf(target)))
    grid.addEventListener('mouseleave', () => onHover(undefined))
    this.narrow.addEventListener('change', () => this.render())
    model.onChange((change) => {
      if (change === 'bytes' || this.pageOf(model.cursor) !== this.start) this.render()
      else this.mark()
    })
  }

  /** Highlights the bytes of the field under the pointer. */
  light(range: readonly [start: number, end: number] | undefined): void {
    this.toggle('lit', range && { start: range[0], end: range[1] })
  }

  focus(): void {
    this.cells[this.model.cursor - this.start]?.focus()
  }

  private get columns(): number {
    return this.narrow.matches ? 8 : 16
  }

  private pageOf(offset: number): number {
    return offset - (offset % PAGE)
  }

  private render(): void {
    const { model, columns } = this
    const hadFocus = this.grid.contains(document.activeElement)
    this.start = this.pageOf(model.cursor)
    const end = Math.min(this.start + PAGE, model.bytes.length)
    this.cells = []
    this.characters = []
    const digits = Math.max(4, model.bytes.length.toString(16).length)
    const rows: HTMLElement[] = []
    for (let offset = this.start; offset < end; offset += columns)
      rows.push(this.row(offset, Math.min(offset + columns, end), digits))
    this.grid.setAttribute('aria-rowcount', String(Math.ceil(model.bytes.length / columns)))
    this.grid.setAttribute('aria-colcount', String(columns + 1))
    this.grid.replaceChildren(...(rows.length > 0 ? rows : [this.emptyRow()]))
    this.renderPager(end)
    this.mark()
    if (hadFocus) this.focus()
  }

  private emptyRow(): HTMLElement {
    const cell = element('span', { role: 'gridcell', tabindex: 0 }, 'No bytes.')
    return element('div', { role: 'row' }, cell)
  }

  private row(start: number, end: number, digits: number): HTMLElement {
    const label = hex(start, digits)
    const cells: Node[] = []
    const text = element('span', { class: 'text', 'aria-hidden': 'true' })
    for (let offset = start; offset < end; offset++) {
      const cell = this.cell(offset, offset - start)
      const byte = this.model.bytes[offset]!
      const character = element(
        'span',
        isPrintable(byte) ? {} : { class: 'dot' },
        isPrintable(byte) ? String.fromCharCode(byte) : '·',
      )
      this.cells.push(cell)
      this.characters.push(character)
      cells.push(cell)
      text.append(character)
    }
    return element(
      'div',
      { role: 'row', 'aria-rowindex': start / this.columns + 1 },
      element('span', { role: 'rowheader', class: 'offset' }, label),
      element('span', { class: 'row', role: 'presentation' }, ...cells),
      text,
    )
  }

  private cell(offset: number, column: number): HTMLElement {
    const { model } = this
    const byte = model.bytes[offset]!
    const path = model.pathAt(offset)
    const field = path.length > 1 ? model.field(path) : undefined
    const name = field === undefined ? 'not read' : field.name
    return element(
      'span',
      {
        role: 'gridcell',
        tabindex: -1,
        'aria-colindex': column + 2,
        'aria-label': `${hex(byte, 2)}, byte ${offset}, ${name}`,
        class: `byte kind-${field?.kind ?? 'unread'}`,
      },
      hex(byte, 2),
    )
  }

  private renderPager(end: number): void {
    const { model, start } = this
    const total = model.bytes.length
    this.pager.hidden = total <= PAGE
    if (this.pager.hidden) return
    const go = (offset: number) => () => model.selectByte(offset)
    const earlier = button('Earlier', go(start - PAGE), 'Show earlier bytes')
    const later = button('Later', go(end), 'Show later bytes')
    earlier.disabled = start === 0
    later.disabled = end === total
    const shown = `Bytes ${start.toLocaleString('en')} to ${(end - 1).toLocaleString('en')} of ${count(total, 'byte')}`
    this.pager.replaceChildren(earlier, element('span', {}, shown), later)
  }

  /** Marks the selection and the fault. */
  private mark(): void {
    const { model } = this
    const range = model.rangeOf(model.path)
    this.toggle('selected', range && { start: range[0], end: range[1] })
    this.toggle('cursor', model.bytes.length > 0 ? { start: model.cursor, end: model.cursor + 1 } : undefined)
    const { fault } = model
    this.toggle('fault', fault && { start: fault.offset, end: fault.offset + 1 })
    for (const [index, cell] of this.cells.entries()) {
      const isCursor = index === model.cursor - this.start
      const value = isCursor ? 0 : -1
      if (cell.tabIndex !== value) cell.tabIndex = value
      if (isCursor) cell.setAttribute('aria-selected', 'true')
      else if (cell.hasAttribute('aria-selected')) cell.removeAttribute('aria-selected')
    }
    const cursor = this.cells[model.cursor - this.start]
    if (cursor !== undefined && this.grid.contains(document.activeElement)) cursor.focus()
    else if (cursor !== undefined) scrollWithin(this.grid, cursor)
  }

  private toggle(name: string, range: Range | undefined): void {
    for (const [index, cell] of this.cells.entries()) {
      const offset = this.start + index
      const isIn = range !== undefined && range.start <= offset && offset < range.end
      if (cell.classList.contains(name) === isIn) continue
      cell.classList.toggle(name, isIn)
      this.characters[index]!.classList.toggle(name, isIn)
    }
  }

  private offsetOf(target: EventTarget | null): number | undefined {
    const index = this.cells.indexOf(target as HTMLElement)
    const at = index >= 0 ? index : this.characters.indexOf(target as HTMLElement)
    return at < 0 ? undefined : this.start + at
  }

  private click(target: EventTarget | null): void {
    const offset = this.offsetOf(target)
    if (offset === undefined) return
    this.isLowHalf = false
    this.model.selectByte(offset)
    this.focus()
  }

  private keyDown(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey) return
    if (this.move(event) || (!event.ctrlKey && this.edit(event.key))) event.preventDefault()
  }

  private move({ key, ctrlKey }: KeyboardEvent): boolean {
    const { model, columns } = this
    const inRow = model.cursor % columns
    const step =
      KEYS[key]?.(columns) ??
      (key === 'Home' ? (ctrlKey ? -model.cursor : -inRow) : undefined) ??
      (key === 'End' ? (ctrlKey ? model.bytes.length : columns - 1 - inRow) : undefined)
    if (step === undefined || (ctrlKey && key !== 'Home' && key !== 'End')) return false
    this.isLowHalf = false
    const target = model.cursor + step
    // Up from the first row and down from the last stay where they are.
    if (Math.abs(step) === columns && (target < 0 || target >= model.bytes.length)) return true
    model.selectByte(target)
    this.focus()
    return true
  }

  private edit(key: string): boolean {
    const { model } = this
    const { cursor, bytes } = model
    if (key === 'Delete' || key === 'Backspace') {
      if (bytes.length > 0) model.splice(cursor, 1, [])
    } else if (key === 'Insert') {
      model.splice(cursor, 0, [0])
    } else if (/^[\da-f]$/i.test(key)) {
      const digit = Number.parseInt(key, 16)
      const old = bytes[cursor] ?? 0
      const isLow = this.isLowHalf
      model.splice(cursor, bytes.length === 0 ? 0 : 1, [
        isLow ? (old & 0xf0) | digit : (digit << 4) | (old & 0x0f),
      ])
      this.isLowHalf = !isLow
      if (isLow) model.selectByte(cursor + 1)
    } else return false
    if (!/^[\da-f]$/i.test(key)) this.isLowHalf = false
    this.focus()
    return true
  }
}

/** Scrolls only this box until the element is visible. */
export function scrollWithin(box: HTMLElement, inner: HTMLElement): void {
  const outer = box.getBoundingClientRect()
  const { top, bottom } = inner.getBoundingClientRect()
  if (top < outer.top) box.scrollTop -= outer.top - top + 8
  else if (bottom > outer.bottom) box.scrollTop += bottom - outer.bottom + 8
}
