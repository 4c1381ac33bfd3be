// A child process that answers line by line. It may hang, crash or write endlessly.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { escaped } from '../terminal.ts'
import { UsageError } from '../usage.ts'
import { crash, hang, TIME_LIMIT } from '../verdict/finding.ts'
import { type Declaration, declarationFrom } from './declaration.ts'
import { Death } from './observation.ts'

/** How long a process may take to start, in milliseconds. It may need to compile or to start a virtual machine. */
const START_LIMIT = 30_000
const MAX_LINE_LENGTH = 2 ** 24
const MAX_ERROR_LENGTH = 2_000

type Failure = 'time' | 'end' | 'length'

export class LineProcess {
  private readonly command: string
  private readonly child: ChildProcess
  private readonly ended: Promise<unknown>
  private readonly lines: string[] = []
  private readonly partial: string[] = []
  private partialLength = 0
  private errors = ''
  private hasEnded = false
  private isTooLong = false
  private wake: () => void = () => {}

  constructor(command: string) {
    this.command = command
    // In its own process group, so that its children can be killed with it.
    this.child = spawn(command, { shell: true, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
    this.ended = once(this.child, 'close').catch(() => {})
    this.child.stdin?.on('error', () => {}) // 'close' follows
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.take(text))
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-MAX_ERROR_LENGTH)
    })
    void this.ended.then(() => {
      this.hasEnded = true
      this.wake()
    })
  }

  /**
   * Waits until the process is ready, and returns its declaration.
   *
   * @throws UsageError if it writes something else, or nothing
   */
  async ready(): Promise<Declaration> {
    const line = await this.next(START_LIMIT)
    const said = typeof line === 'object' ? line.text : undefined
    if (said !== 'ready' && said?.startsWith('ready ') !== true) {
      await this.kill()
      throw new UsageError(`${this.command} must write "ready" first; ${this.insteadOfReady(said, line)}`)
    }
    try {
      return declarationFrom(JSON.parse(said.slice('ready'.length) || '{}'), this.command)
    } catch (error) {
      await this.kill()
      throw error instanceof UsageError ? error : new UsageError(`${said}: ${(error as Error).message}`)
    }
  }

  write(line: string): void {
    this.child.stdin?.write(`${line}\n`)
  }

  /** Writes lines that are encoded already, line breaks included. */
  send(lines: Buffer): void {
    this.child.stdin?.write(lines)
  }

  /** Returns the next line if it has arrived. */
  arrived(): string | undefined {
    return this.lines.shift()
  }

  /** Returns the next line. Rejects with {@link Death} if there is none within `limit` milliseconds. */
  async line(limit: number = TIME_LIMIT): Promise<string> {
    const line = await this.next(limit)
    if (typeof line === 'object') return line.text
    if (line === 'end') throw new Death(this.crash())
    if (line === 'time') {
      const symptom = hang(limit)
      throw new Death({ ...symptom, happened: `${symptom.happened}${this.errorText()}` })
    }
    throw new Death(crash(`a line of more than ${MAX_LINE_LENGTH} characters`))
  }

  /** Kills the process and its children. */
  async kill(): Promise<void> {
    const { pid } = this.child
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      this.child.kill('SIGKILL') // the group has ended, or the system has no groups
    }
    this.child.stdout?.destroy()
    this.child.stderr?.destroy()
    await this.ended
  }

  private take(text: string): void {
    const pieces = text.split('\n')
    // A long line comes in many pieces, which are put together once.
    for (const piece of pieces.slice(0, -1)) {
      this.partial.push(piece)
      this.lines.push(this.partial.join('').trimEnd())
      this.partial.length = 0
      this.partialLength = 0
    }
    const rest = pieces.at(-1) as string
    this.partial.push(rest)
    this.partialLength += rest.length
    if (this.partialLength > MAX_LINE_LENGTH) this.isTooLong = true
    this.wake()
  }

  private async next(limit: number): Promise<{ text: string } | Failure> {
    const deadline = performance.now() + limit
    for (;;) {
      const text = this.lines.shift()
      if (text !== undefined) return { text }
      if (this.hasEnded) return 'end'
      if (this.isTooLong) return 'length'
      const left = deadline - performance.now()
      if (left <= 0) return 'time'
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  private crash(): ReturnType<typeof crash> {
    const { exitCode, signalCode } = this.child
    const how = signalCode ?? `exit status ${exitCode}`
    // A shell exits with 128 plus the number of the signal that killed its command.
    const signal = SIGNALS[(exitCode ?? 0) - 128]
    const about = `the process ended: ${signal === undefined ? how : `${how}, ${signal}`}`
    return { ...crash(about), happened: `${about}${this.errorText()}` }
  }

  private insteadOfReady(said: string | undefined, line: { text: string } | Failure): string {
    if (said !== undefined) return `it wrote "${escaped(said.slice(0, 200))}"`
    const what = line === 'end' ? 'it ended' : `it wrote no line within ${START_LIMIT / 1_000} seconds`
    return `${what}${this.errorText()}`
  }

  private errorText(): string {
    const text = this.errors.trim()
    return text === '' ? '' : `; standard error: ${escaped(text)}`
  }
}

const SIGNALS: Readonly<Record<number, string>> = {
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
}
