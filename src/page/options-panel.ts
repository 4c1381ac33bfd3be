// The options of the library that change a verdict.

import type { ExplainOptions } from '../explain/index.ts'
import { DECODE_ERRORS, type Protocol, type TolerableCode } from '../index.ts'
import { element, option } from './dom.ts'

/** Every protocol that the library supports. */
export const PROTOCOLS: readonly Protocol[] = ['3.1.1', '3.1', 'bridge']

const TOLERABLE = Object.entries(DECODE_ERRORS).filter(([, { tolerable }]) => tolerable) as [
  TolerableCode,
  { readonly summary: string },
][]

/** Controls for options. Options without a control do not change. */
export class OptionsPanel {
  private readonly panel: HTMLElement
  private readonly onChange: (options: ExplainOptions) => void
  private options: ExplainOptions = {}

  constructor(panel: HTMLElement, onChange: (options: ExplainOptions) => void) {
    this.panel = panel
    this.onChange = onChange
  }

  show(options: ExplainOptions): void {
    this.options = options
    const { role, protocols, tolerate } = options
    const roles = element(
      'select',
      {},
      option('', 'either', role === undefined),
      option('server', 'a server', role === 'server'),
      option('client', 'a client', role === 'client'),
    )
    roles.addEventListener('change', () => {
      const { role: _, ...others } = this.options
      this.set(roles.value === '' ? others : { ...others, role: roles.value as 'server' | 'client' })
    })
    this.panel.replaceChildren(
      element('label', {}, 'The receiver is ', roles),
      this.boxes(
        'Protocols',
        PROTOCOLS.map((protocol) => [protocol, protocol === 'bridge' ? 'bridges' : `MQTT ${protocol}`]),
        new Set(protocols ?? PROTOCOLS),
        (chosen) => ({ protocols: chosen as Protocol[] }),
      ),
      this.boxes(
        'Tolerate',
        TOLERABLE.map(([code, { summary }]) => [code, code, `Tolerate that this rule is broken: ${summary}`]),
        new Set(Array.from(tolerate ?? [], (entry) => (typeof entry === 'string' ? entry : entry.code))),
        (chosen) => ({ tolerate: chosen as TolerableCode[] }),
      ),
    )
  }

  private boxes(
    title: string,
    choices: readonly (readonly [value: string, label: string, title?: string])[],
    chosen: Set<string>,
    toOptions: (chosen: string[]) => ExplainOptions,
  ): HTMLElement {
    const labels = choices.map(([value, label, title]) => {
      const box = element('input', { type: 'checkbox', checked: chosen.has(value), 'data-value': value })
      box.addEventListener('change', () => {
        if (box.checked) chosen.add(value)
        else chosen.delete(value)
        // A receiver supports at least one protocol.
        if (title === 'Protocols' && chosen.size === 0) {
          chosen.add(value)
          box.checked = true
        }
        this.set({
          ...this.options,
          ...toOptions(choices.map(([each]) => each).filter((each) => chosen.has(each))),
        })
      })
      return element('label', { class: 'flag', title }, box, label)
    })
    return element('fieldset', {}, element('legend', {}, title), ...labels)
  }

  private set(options: ExplainOptions): void {
    this.options = options
    this.onChange(options)
  }
}
