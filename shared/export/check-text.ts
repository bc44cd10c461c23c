import type { Footage } from '../footage/footage.ts'
import { comparedFormOptions } from '../media/chunk/descent.ts'
import type { RenditionPlan } from '../media/plan.ts'
import type { EvidencePackage } from '../records/evidence-package.ts'
import type { Packed } from '../records/packing-list.ts'
import type { AuditPapers } from './audit-papers.ts'
import { command, type Section } from './check-section.ts'
import {
  anchorSection,
  chainSection,
  missingSection,
  particularsSection,
  timestampSection,
  unsealed,
} from './check-trail-text.ts'

/** What the texts of a package tell of. */
export type Contents = {
  row: EvidencePackage
  footage: Footage
  packed: readonly Packed[]
  audit: AuditPapers
  /** Null: no rendition is in it. */
  plan: RenditionPlan | null
}

/**
 * How somebody checks a package who trusts nobody: with `sha256sum`, `openssl` and `ffmpeg` alone.
 * Every line that begins with four blanks and `$` is a command that ends with 0 where the check
 * holds, and with something else where it does not.
 */
export function checkText({ footage, packed, audit, plan }: Contents): string {
  const original = packed.find(({ name }) => name.startsWith('original/'))?.name ?? ''
  const sections = [
    filesSection(),
    originalSection(original, footage),
    chainSection(audit),
    particularsSection(audit),
    missingSection(),
    ...(audit.seal ? [anchorSection(audit.seal), timestampSection(audit.seal)] : [unsealed()]),
    ...(plan && packed.some(({ name }) => name === 'renditions/copy.mp4')
      ? [picturesSection(original, plan)]
      : []),
  ]
  const numbered = sections.map(
    ({ title, lines }, index) =>
      `${index + 1}. ${title}\n${'-'.repeat(title.length + 3)}\n\n${lines.join('\n')}\n`,
  )
  return `${INTRODUCTION}\n${numbered.join('\n')}\n${LAST}`
}

const INTRODUCTION = `HOW TO CHECK THIS PACKAGE
=========================

You need a shell (Linux, macOS, or WSL or Git Bash on Windows), sha256sum,
openssl and, for the pictures, ffmpeg. None of them is ours, and nothing is
sent anywhere. Unpack the package, open the shell in the folder of this file,
and run each command, without its $, as it stands. A check holds if its
command ends without a word of complaint; ask the shell with: echo $?
It says 0 where the check holds.
`

const LAST = `What this does not tell
-----------------------

That this package is the one that the police made: compare the SHA-256 of the
package as you received it with the one that the police give you by another
way. It stands in the audit trail too, in the entry "package-made", which is
younger than this package and therefore not in it.
That nobody removed the last entries together with the notes of them before an
anchor had seen them. Anchors are made every few minutes; what is behind the
anchored entry is vouched for by its chain and those notes alone.
With the programs of the police system, audit/trail.json can be checked in one
go, every anchor included: npm run verify-audit -- audit/trail.json
`

const filesSection = (): Section => ({
  title: 'Every file is as it was packed',
  lines: [
    'SHA256SUMS has the SHA-256 of every other file.',
    '',
    command('sha256sum --check --strict --quiet SHA256SUMS'),
  ],
})

const originalSection = (original: string, footage: Footage): Section => ({
  title: 'The original is what was secured',
  lines: [
    'Its SHA-256 was written into the audit trail when it was secured, in the entry',
    '"footage-secured".',
    ...declaredLines(footage),
    '',
    command(
      `paste audit/entries.jsonl audit/particulars.jsonl | grep -q "\\"footage-secured\\".*\\"sha256\\":\\"$(sha256sum "${original}" | cut -c 1-64)\\""`,
    ),
  ],
})

function declaredLines({ parts }: Footage): string[] {
  const recording = parts.find(({ part }) => part === 'recording')
  return recording?.declared.sha256 === recording?.original?.sha256
    ? ['It is the SHA-256 that the docking station had declared before it sent the bytes.']
    : ['The docking station had declared none, or another: see metadata.json.']
}

function picturesSection(original: string, { copy, media }: RenditionPlan): Section {
  const title = 'The pictures of the copy are those of the original'
  if (copy.video.method === 'encoded') {
    return {
      title,
      lines: [
        'They are not, byte for byte: browsers do not play the codec of the original, so',
        'renditions/copy.mp4 was encoded anew in full quality. Examine the original.',
      ],
    }
  }
  const form = comparedFormOptions(media)
  const hash = (file: string) =>
    ['ffmpeg -nostdin -v error', `-i "${file}"`, '-map 0:v:0 -c copy -copyinkf', ...form]
      .concat('-f streamhash -hash sha256 -')
      .join(' ')
  return {
    title,
    lines: [
      'renditions/copy.mp4 holds the very packets of the original, in another container:',
      'the SHA-256 over all of them is the same.',
      ...(form.length > 0
        ? [
            'An MP4 frames the units of a picture in another way than the original does, and',
            'keeps the parameters of the decoder elsewhere: a filter of ffmpeg brings both',
            'into one form, with nothing of a picture left out.',
          ]
        : []),
      '',
      command(
        `(copy=$(${hash('renditions/copy.mp4')}) && test -n "$copy" && test "$copy" = "$(${hash(original)})")`,
      ),
    ],
  }
}
