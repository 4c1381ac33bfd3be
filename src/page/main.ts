// Assembles the page: the input, the verdict, and the bytes, fields and form, which share a selection.

import { type ExplainOptions, type InputChunk, InputError } from '../explain/index.ts'
import { printable } from '../show.ts'
import { byteEditor } from './byte-editor.ts'
import { byId, count, option } from './dom.ts'
import { FieldTree } from './field-tree.ts'
import { fragmentOf, MAX_SHARED, sharedIn } from './fragment.ts'
import { hexOf } from './hex.ts'
import { HexGrid } from './hex-grid.ts'
import { type Input, type InputStream, inputOf, streamsOf } from './input.ts'
import { Model, NEW_INPUT } from './model.ts'
import { OptionsPanel, PROTOCOLS } from './options-panel.ts'
import { PacketForm } from './packet-form.ts'
import { connection, offerSamples } from './samples.ts'
import { themeSwitch } from './theme.ts'
import { showVerdict } from './verdict.ts'

/** The options of every new input: the defaults of the command. */
const DEFAULTS: ExplainOptions = { protocols: PROTOCOLS }
/** Longer text is not put into the text area, because it would become slow. */
const MAX_TEXT = 100_000
/** The maximum number of edited bytes that the text area shows. */
const MAX_SHOWN = 4_096
/** The size of the largest file that is read. */
const MAX_FILE = 64 * 1024 * 1024

/** The input that `mqtt-wire explain --html` writes into the page. */
interface Given {
  readonly name: string
  readonly form: string
  readonly chunks: readonly (Omit<InputChunk, 'bytes'> & { readonly base64: string })[]
  readonly options: ExplainOptions
}

const model = new Model()
const area = byId<HTMLTextAreaElement>('input')
const taken = byId('taken')
const streamSelect = byId<HTMLSelectElement>('stream')
const sampleSelect = byId<HTMLSelectElement>('sample')
let streams: readonly InputStream[] = []
/** The options that came with the input. */
let given: ExplainOptions = DEFAULTS

const grid = new HexGrid(model, { grid: byId('grid'), pager: byId('pager') }, (offset) => {
  const path = offset === undefined ? undefined : model.pathAt(offset)
  light(path)
})
const tree = new FieldTree(model, byId('tree'), light)
new PacketForm(model, byId('form'))
byteEditor(model, byId('byte'))
const panel = new OptionsPanel(byId('options').querySelector<HTMLElement>('.options')!, (options) => {
  // If there are several streams, each keeps the role that follows from its direction.
  const { role: _, ...others } = options
  given = streams.length > 1 ? others : options
  model.load(model.bytes, options)
})
themeSwitch(byId<HTMLSelectElement>('theme'))

function light(path: readonly number[] | undefined): void {
  tree.light(path)
  grid.light(path && model.rangeOf(path))
}

model.onChange((change, origin) => {
  if (change !== 'bytes') return
  showVerdict(model, byId('verdict'), (offset) => {
    model.selectByte(offset)
    grid.focus()
  })
  if (origin === NEW_INPUT) return
  // The pasted text no longer matches the bytes.
  const isShort = model.bytes.length <= MAX_SHOWN
  area.value = isShort ? hexOf(model.bytes, ' ') : ''
  say(`Edited: ${count(model.bytes.length, 'byte')}${isShort ? '' : ', too many to show here'}.`)
})

function say(text: string, isProblem = false): void {
  taken.textContent = text
  taken.classList.toggle('problem', isProblem)
  area.toggleAttribute('aria-invalid', isProblem)
}

function load(bytes: Uint8Array, options: ExplainOptions): void {
  panel.show(options)
  model.load(bytes, options, NEW_INPUT)
}

/** Reads an input, and reports the recognized form. */
function take(input: Uint8Array | string, name: string): void {
  given = DEFAULTS
  try {
    takeInput(inputOf(input), name)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    show([])
    say(`${name}: ${error.message}.`, true)
  }
}

function takeInput({ form, streams: found }: Input, name: string): void {
  show(found)
  const total = found.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const what = form === 'empty' ? 'empty' : `${form}, ${count(total, 'byte')}`
  say(`${name}: ${what}${found.length > 1 ? ` in ${found.length} streams` : ''}.`)
}

function show(found: readonly InputStream[]): void {
  streams = found
  byId('stream-label').hidden = found.length < 2
  streamSelect.replaceChildren(
    ...found.map(({ label, bytes }, index) =>
      option(index, `${printable(label)} (${count(bytes.length, 'byte')})`),
    ),
  )
  showStream(found[0])
}

function showStream(stream: InputStream | undefined): void {
  load(stream?.bytes ?? new Uint8Array(0), {
    ...stream?.options,
    ...given,
    ...(stream?.options.protocols && { protocols: stream.options.protocols }),
  })
}

async function takeFile(file: File | undefined): Promise<void> {
  if (file === undefined) return
  const name = printable(file.name)
  area.value = ''
  if (file.size > MAX_FILE) {
    show([])
    say(`${name}: larger than ${MAX_FILE / 1024 / 1024} MiB; use mqtt-wire explain.`, true)
    return
  }
  try {
    take(new Uint8Array(await file.arrayBuffer()), name)
  } catch (error) {
    say(`${name}: cannot be read (${printable(String((error as Error).name))}).`, true)
  }
}

/** Takes bytes that did not come from the text area, and shows them in it. */
function takeBytes(bytes: Uint8Array, options: ExplainOptions, text: string): void {
  area.value = bytes.length <= MAX_SHOWN ? hexOf(bytes, ' ') : ''
  given = { ...DEFAULTS, ...options }
  streams = []
  byId('stream-label').hidden = true
  load(bytes, given)
  say(text)
}

let timer: ReturnType<typeof setTimeout> | undefined
area.addEventListener('input', () => {
  clearTimeout(timer)
  timer = setTimeout(() => take(area.value, 'Input'), 150)
  sampleSelect.value = ''
})
area.addEventListener('paste', (event) => {
  const text = event.clipboardData?.getData('text/plain') ?? ''
  if (text.length <= MAX_TEXT) return
  event.preventDefault()
  area.value = ''
  take(text, 'Pasted text')
})
streamSelect.addEventListener('change', () => showStream(streams[streamSelect.selectedIndex]))

const fileInput = byId<HTMLInputElement>('file')
byId('open').addEventListener('click', () => fileInput.click())
fileInput.addEventListener('change', () => {
  takeFile(fileInput.files?.[0])
  fileInput.value = ''
})
addEventListener('dragover', (event) => {
  event.preventDefault()
  document.body.classList.add('dropping')
})
addEventListener('dragleave', ({ relatedTarget }) => {
  if (relatedTarget === null) document.body.classList.remove('dropping')
})
addEventListener('drop', (event) => {
  event.preventDefault()
  document.body.classList.remove('dropping')
  const file = event.dataTransfer?.files[0]
  const text = event.dataTransfer?.getData('text/plain') ?? ''
  if (file !== undefined) takeFile(file)
  else if (text !== '') {
    area.value = text.length <= MAX_TEXT ? text : ''
    take(text, 'Dropped text')
  }
})

offerSamples(sampleSelect, ({ bytes, options }) =>
  takeBytes(bytes, options, `An example: ${count(bytes.length, 'byte')}.`),
)

byId('share').addEventListener('click', async () => {
  const { bytes, options } = model
  if (bytes.length > MAX_SHARED) {
    say(`A link has at most ${count(MAX_SHARED, 'byte')}. Use mqtt-wire explain --html instead.`, true)
    return
  }
  lastFragment = `#${fragmentOf({ bytes, options })}`
  location.replace(lastFragment)
  try {
    await navigator.clipboard.writeText(location.href)
    say('The link is in the address bar and on the clipboard. It has all the bytes, passwords included.')
  } catch {
    say('The link is in the address bar. It has all the bytes, passwords included.')
  }
})

let lastFragment = ''
/** Shows the bytes of the link, if it contains any. */
function followLink(): boolean {
  if (location.hash === lastFragment) return false
  lastFragment = location.hash
  try {
    const shared = sharedIn(location.hash, DEFAULTS)
    if (shared === undefined) return false
    takeBytes(shared.bytes, shared.options, `From the link: ${count(shared.bytes.length, 'byte')}.`)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    show([])
    say(`The link is not valid: ${error.message}.`, true)
  }
  return true
}
addEventListener('hashchange', followLink)

const inside = JSON.parse(byId('given').textContent!) as Given | null
if (!followLink()) {
  if (inside === null) {
    const { bytes, options } = connection()
    takeBytes(bytes, options, 'An example. Paste or drop bytes of your own.')
  } else {
    given = { ...DEFAULTS, ...inside.options }
    const chunks = inside.chunks.map(({ base64, ...origin }) => ({ ...origin, bytes: bytesOf(base64) }))
    takeInput({ form: inside.form, streams: streamsOf(chunks) }, printable(inside.name))
  }
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}
