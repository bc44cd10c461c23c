import { londonTime } from '../footage/clock.ts'
import { statementOf } from '../media/statement.ts'
import type { Contents } from './check-text.ts'
import { recipientsText } from './request-package.ts'
import { MEANING_OF_TIMES } from './times.ts'

/** What a person needs to know who opens a package and has seen none before. */
export function readmeText(contents: Contents): string {
  const { row, footage, audit } = contents
  const { recordedAt } = footage.clock
  return [
    'EVIDENCE PACKAGE',
    '================',
    '',
    `Recording      ${footage.id}`,
    `Recorded at    ${recordedAt} (UTC), ${londonTime(recordedAt)} (London)`,
    `Camera         ${footage.camera.serial}, recording number ${footage.sequence}`,
    `Officer, unit  ${footage.officer}, ${footage.unit}`,
    `Marking        ${footage.marking}`,
    `Package        ${row.package}, asked for at ${row.requestedAt}`,
    `Reason         ${row.reason ?? 'none was given'}`,
    `For            ${recipientsText(row.recipients)}`,
    '',
    'It was made for those named here and is theirs to keep safe.',
    ...(audit.withheld === 0
      ? [
          'The audit trail in it names people and why they looked: read it before you hand',
          'it on.',
        ]
      : []),
    '',
    'What is in it',
    '-------------',
    '',
    ...filesOf(contents).flatMap(([name, meaning]) => [name, `    ${meaning}`]),
    '',
    'To watch it, open a file of renditions/ or original/ by a double click; VLC',
    'plays all of them. To examine it, take the original and nothing else.',
    '',
    'To check it, follow CHECK.txt. The audit trail ends with the entry by which this',
    `package was asked for: number ${audit.entries} at the latest.`,
    '',
    'What the times in metadata.json mean',
    '------------------------------------',
    '',
    ...Object.entries(MEANING_OF_TIMES).flatMap(([field, meaning]) => [field, `    ${meaning}`]),
    '',
    'All times are in UTC, those of the files in the archive too.',
    '',
  ].join('\n')
}

function filesOf({ packed, plan, audit }: Contents): [name: string, meaning: string][] {
  const meaningOf = (name: string): string => {
    if (name.startsWith('original/')) return 'the recording exactly as the camera made it'
    if (name.startsWith('sidecars/')) return 'what the camera noted beside it'
    const kind = name.includes('copy') ? 'copy' : 'proxy'
    return plan ? statementOf(kind, plan) : kind
  }
  return [
    ...packed.map(({ name, size }): [string, string] => [
      name,
      `${meaningOf(name)}; ${size} bytes`,
    ]),
    ['metadata.json', 'what is on record of it: who, where, when, corrections'],
    ...(plan
      ? [
          [
            'provenance.json',
            'what each stretch of the renditions was made of, by which program and arguments',
          ] satisfies [string, string],
        ]
      : []),
    [
      'audit/',
      `everything that was done with it: ${audit.entries} entries, ${audit.withheld} of them without who and why; and what vouches for them`,
    ],
    ['SHA256SUMS', 'the SHA-256 of every other file'],
    ['CHECK.txt', 'how to check all of this with sha256sum, openssl and ffmpeg'],
  ]
}
