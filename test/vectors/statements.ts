// The numbered statements of MQTT 3.1.1, §1 to §4.8: those that a codec can check, and why it cannot check the others.

/** Statements that a codec must follow. Rows of the corpus show each. */
export const IN_SCOPE: readonly string[] = [
  ...of('1.5.3', 1, 2, 3),
  ...of('2.2.2', 1, 2),
  ...of('2.3.1', 1, 5),
  ...of('3.1.2', 1, 2, 3, 9, 11, 13, 14, 15, 18, 19, 20, 21, 22),
  ...of('3.1.3', 1, 3, 4, 5, 7, 8, 10, 11),
  ...of('3.1.4', 1),
  ...of('3.2.2', 4),
  ...of('3.3.1', 2, 4),
  ...of('3.3.2', 1, 2),
  ...of('3.6.1', 1),
  ...of('3.8.1', 1),
  ...of('3.8.3', 1, 3),
  'MQTT-3-8.3-4', // spelled this way in the standard
  ...of('3.9.3', 2),
  ...of('3.10.1', 1),
  ...of('3.10.3', 1, 2),
  ...of('3.14.1', 1),
  ...of('4.3.1', 1),
  ...of('4.7.1', 1, 2, 3),
  ...of('4.7.2', 1),
  ...of('4.7.3', 1, 2, 3, 4),
]

/** Knowledge that a codec would need to check the others, but does not have. */
export const OUT_OF_SCOPE: readonly { readonly why: string; readonly statements: readonly string[] }[] = [
  {
    why: 'which packet identifiers are in use, and for what',
    statements: [...of('2.3.1', 2, 3, 4, 6, 7), ...of('3.8.4', 2), ...of('3.10.4', 4)],
  },
  {
    why: 'what has come before on the connection, or what has to follow',
    statements: [
      ...of('3.1.0', 1, 2),
      ...of('3.1.4', 4, 5),
      ...of('3.2.0', 1),
      ...of('3.2.2', 5, 6),
      ...of('3.3.4', 1),
      ...of('3.3.5', 2),
      ...of('3.8.4', 1, 4, 5),
      ...of('3.9.3', 1),
      ...of('3.10.4', 5, 6),
      ...of('3.12.4', 1),
      ...of('3.14.4', 1, 2),
      ...of('4.8.0', 1, 2),
    ],
  },
  {
    why: 'the state of the session',
    statements: [...of('3.1.2', 4, 5, 6), ...of('3.1.3', 2), ...of('3.1.4', 3), ...of('3.2.2', 1, 2, 3)],
  },
  {
    why: 'the will that is stored',
    statements: [...of('3.1.2', 8, 10, 12, 16, 17), ...of('3.14.4', 3)],
  },
  {
    why: 'the messages that are retained',
    statements: [...of('3.1.2', 7), ...of('3.3.1', 5, 6, 7, 8, 9, 10, 11, 12)],
  },
  {
    why: 'the subscriptions of the server, and what it does with them',
    statements: [
      ...of('3.3.2', 3),
      ...of('3.3.5', 1),
      ...of('3.8.3', 2),
      ...of('3.8.4', 3, 6),
      ...of('3.10.4', 1, 2, 3),
    ],
  },
  { why: 'which messages were sent before', statements: of('3.3.1', 1, 3) },
  {
    why: 'which clients are connected, and which client identifiers the server accepts',
    statements: [...of('3.1.3', 6, 9), ...of('3.1.4', 2)],
  },
  { why: 'the time', statements: of('3.1.2', 23, 24) },
]

function of(section: string, ...numbers: number[]): string[] {
  return numbers.map((number) => `MQTT-${section}-${number}`)
}
