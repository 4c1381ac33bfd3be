// Builds elements. Text becomes text nodes and attributes only. Nothing is parsed as HTML.

type Attribute = string | number | boolean | undefined

/** Creates an element. `true` sets an attribute without a value; `false` and undefined omit it. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value))
  made.append(...children)
  return made
}

/** The element of the page with this id. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind
}

export function button(label: string, onClick: () => void, name?: string): HTMLButtonElement {
  const made = element('button', { type: 'button', 'aria-label': name }, label)
  made.addEventListener('click', onClick)
  return made
}

/** A control below its label. `more` is next to the label. */
export function labeled(label: string, control: HTMLElement, ...more: readonly Node[]): HTMLElement {
  const line = element('div', { class: 'label' }, element('label', { for: control.id }, label), ...more)
  return element('div', { class: 'labeled' }, line, control)
}

export function option(value: string | number, label: string, isSelected = false): HTMLOptionElement {
  return element('option', { value, selected: isSelected }, label)
}

/** `'1,024 bytes'` */
export function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`
}
