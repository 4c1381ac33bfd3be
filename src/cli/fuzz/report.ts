// Prints findings as they are found, then the summary, and writes the files.

import { count } from '../arguments.ts'
import {
  annotation,
  type Reported,
  type ReportFiles,
  title,
  writeJson,
  writeJunit,
} from '../report/report.ts'
import { Screen } from '../screen.ts'
import type { Campaign, Finding } from './campaign.ts'
import { block, findingAsJson, groups } from './format.ts'

/** Milliseconds between updates of the progress line. */
const PROGRESS_INTERVAL = 200

export class FuzzReport {
  private readonly name: string
  private readonly seed: number
  private readonly files: ReportFiles
  private readonly screen = new Screen()
  private readonly findings: Finding[] = []
  /** The findings that are not in the baseline. */
  private readonly fresh: Finding[] = []

  constructor(name: string, seed: number, files: ReportFiles) {
    this.name = name
    this.seed = seed
    this.files = files
  }

  /** Prints each new finding of the campaign. */
  async follow(campaign: Campaign): Promise<void> {
    const progress = (): string => `${inputsOf(campaign)}, ${count(this.findings.length, 'finding')}`
    const timer = setInterval(() => this.screen.progress(progress), PROGRESS_INTERVAL)
    try {
      await this.print(`${this.name}, seed ${this.seed}`)
      for await (const finding of campaign.findings()) {
        this.findings.push(finding)
        if (this.files.baseline?.has(finding) === true) continue
        this.fresh.push(finding)
        const { length: number } = this.findings
        await this.print(block(finding, number), this.files.annotates && annotation(findingAsJson(finding)))
      }
    } finally {
      clearInterval(timer)
    }
  }

  /** Prints the summary, writes the files, and returns the exit status of the command. */
  async finish(campaign: Campaign): Promise<number> {
    // A campaign that was stopped early may not have reached the known findings.
    const isWhole = campaign.endedBy === undefined
    const stale = isWhole ? (this.files.baseline?.stale() ?? []) : []
    await this.print(
      ...stale.map((finding) => `\nin the baseline, but not found: ${title(finding)}`),
      this.fresh.length > 1 && `\nBy cause:\n${groups(this.fresh)}`,
      campaign.endedBy === 'deaths' && '\nStopped early: the target hung or died too often.',
      `\n${this.summary(campaign)}`,
    )
    this.write(campaign, isWhole)
    return this.fresh.length === 0 && stale.length === 0 ? 0 : 1
  }

  async close(): Promise<void> {
    await this.screen.finish()
  }

  private summary(campaign: Campaign): string {
    const known = this.findings.length - this.fresh.length
    const found = count(this.fresh.length, this.files.baseline ? 'new finding' : 'finding')
    const also = known > 0 ? ` and ${known.toLocaleString('en')} known` : ''
    return `${this.name}: ${found}${also} in ${inputsOf(campaign)}, seed ${this.seed}.`
  }

  private write(campaign: Campaign, isWhole: boolean): void {
    const { name: target, seed, findings, files } = this
    const reported: Reported[] = findings.map(findingAsJson)
    writeJson(files.json, { target, seed, inputs: campaign.inputs, isWhole, findings: reported })
    writeJunit(files.junit, `mqtt-wire fuzz ${target}`, [
      { name: inputsOf(campaign) },
      ...findings.map((finding) => ({
        name: title(finding),
        failure: this.fresh.includes(finding)
          ? { message: finding.happened, text: block(finding, 1) }
          : undefined,
      })),
    ])
  }

  /** Prints lines at once, so that a reader of the pipe sees them now. */
  private async print(...lines: readonly (string | false)[]): Promise<void> {
    for (const line of lines) if (line !== false) await this.screen.line(line)
    await this.screen.finish()
  }
}

const inputsOf = (campaign: Campaign): string => count(campaign.inputs, 'input')
