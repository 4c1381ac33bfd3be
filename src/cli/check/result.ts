// A target's results for the rows of the corpus.

import type { Row } from '../corpus.ts'
import type { Symptom } from '../verdict/finding.ts'
import { ACCEPTED_AS_A_WHOLE } from '../verdict/judge.ts'

/** A violated must; a must for which the target waits; or a permission that the target uses. */
export type Outcome = 'must' | 'wait' | 'may'

/** Rows with the same outcome, subject, clause and packet type. */
export interface Group extends Pick<Symptom, 'kind' | 'about' | 'rule' | 'packetType'> {
  readonly outcome: Outcome
  /** The first symptom. */
  readonly symptom: Symptom
  readonly permission: Row['permission']
  readonly rows: Row[]
}

/** The outcome of a row with a symptom. */
export function outcomeOf({ requirement, permission }: Row, symptom: Symptom): Outcome {
  const { kind, waits, about, happened } = symptom
  if (kind !== 'verdict') return 'must'
  const needsWhole = permission?.reason === 'incomplete-packets'
  const isFree = requirement === 'may' || symptom.permission !== undefined
  if (!isFree) return waits ? 'wait' : 'must'
  if (needsWhole) return waits || happened === ACCEPTED_AS_A_WHOLE ? 'may' : 'must'
  if (permission?.reason === 'other-protocols') return 'may'
  if (waits) return 'wait'
  return about.startsWith('refuses') ? 'may' : 'must'
}

export class Results {
  readonly groups: Group[] = []
  private readonly byKey = new Map<string, Group>()

  add(row: Row, symptom: Symptom): void {
    const outcome = outcomeOf(row, symptom)
    const { kind, about, packetType } = symptom
    const permission = outcome === 'may' ? (row.permission ?? symptom.permission) : undefined
    const rule = permission?.rule ?? (about.startsWith('refuses') ? row.rule : symptom.rule)
    const key = [outcome, kind, about, rule, packetType, permission?.reason].join('|')
    const group = this.byKey.get(key) ?? {
      outcome,
      kind,
      about,
      rule,
      packetType,
      symptom,
      permission,
      rows: [],
    }
    if (!this.byKey.has(key)) {
      this.byKey.set(key, group)
      this.groups.push(group)
    }
    group.rows.push(row)
  }

  of(outcome: Outcome): Group[] {
    return this.groups.filter((group) => group.outcome === outcome)
  }
}
