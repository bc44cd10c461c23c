import type { Footage } from '../footage/footage.ts'
import { comparedFormOptions } from '../media/chunk/descent.ts'
import type { RenditionPlan } from '../media/plan.ts'
import type { EvidencePackage } from '../records/evidence-package.ts'
import type { Packed } from '../records/packing-list.ts'
import type { AuditPapers, AuditSeal } from './audit-papers.ts'

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

type Section = { title: string; lines: string[] }

const command = (line: string): string => `    $ ${line}`

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

const chainSection = ({ head, entries }: AuditPapers): Section => ({
  title: 'The audit trail is a chain without a gap',
  lines: [
    'Each line of audit/entries.jsonl is an entry, in canonical JSON (RFC 8785).',
    'The SHA-256 of a line, without its line break, is the "previous" of the next.',
    `The last of its ${entries} entries has the SHA-256`,
    head,
    '',
    command(
      `(previous=$(printf '%064d' 0); while IFS= read -r entry; do case $entry in *"\\"previous\\":\\"$previous\\""*) ;; *) echo "BROKEN before: $entry"; exit 1 ;; esac; previous=$(printf '%s' "$entry" | sha256sum | cut -c 1-64); done < audit/entries.jsonl; test "$previous" = ${head})`,
    ),
  ],
})

const particularsSection = ({ withheld, entries }: AuditPapers): Section => ({
  title: 'What is told of each entry is what was recorded',
  lines: [
    'Who acted, and why, is on the same line of audit/particulars.jsonl. The SHA-256',
    'of that line is the "particulars" of the entry.',
    ...(withheld > 0
      ? [
          `Of ${entries} entries ${withheld} have an empty line there: who acted and why is withheld, as it`,
          'may name other people and other cases. That the entry is there, what was done',
          'and when is proven all the same. Ask the police for the whole trail if it',
          'matters: it fits these digests, or it is not the trail.',
        ]
      : []),
    '',
    command(
      `(while IFS= read -r entry <&3 && IFS= read -r told <&4; do test -n "$told" || continue; case $entry in *"\\"particulars\\":\\"$(printf '%s' "$told" | sha256sum | cut -c 1-64)\\""*) ;; *) echo "BROKEN: $told"; exit 1 ;; esac; done 3< audit/entries.jsonl 4< audit/particulars.jsonl)`,
    ),
  ],
})

const unsealed = (): Section => ({
  title: 'Nothing vouches for the audit trail from outside yet',
  lines: [
    'It was not anchored when this package was made: whether it was computed anew as',
    'a whole cannot be told from this package.',
  ],
})

const anchorSection = ({ anchor, at, sequence, steps }: AuditSeal): Section => ({
  title: `Anchor ${anchor} vouches for entries 1 to ${sequence}`,
  lines: [
    `At ${at} the SHA-256 of entry ${sequence} was put, with those of`,
    'other recordings, into a Merkle tree (RFC 9162), whose root is in',
    'audit/anchor.json. Anchors are kept where nobody can change them.',
    'audit/anchored-head.json names the entry, as it is in the tree:',
    '',
    command(
      `grep -q "\\"hash\\":\\"$(sed -n ${sequence}p audit/entries.jsonl | tr -d '\\n' | sha256sum | cut -c 1-64)\\"" audit/anchored-head.json`,
    ),
    '',
    'audit/proof/ has the hashes beside the way from there up to the root. A leaf is',
    'hashed behind a byte 0, two nodes behind a byte 1:',
    '',
    command(rootCommand(steps)),
  ],
})

const rootCommand = (steps: number): string =>
  [
    `(node=$(mktemp); next=$(mktemp); { printf '\\000'; cat audit/anchored-head.json; } | openssl dgst -sha256 -binary > "$node"`,
    ...(steps > 0
      ? [
          `for hash in audit/proof/*; do case $hash in *-left.bin) cat "$hash" "$node" ;; *) cat "$node" "$hash" ;; esac | { printf '\\001'; cat; } | openssl dgst -sha256 -binary > "$next"; mv "$next" "$node"; done`,
        ]
      : []),
    `root=$(od -An -v -tx1 "$node" | tr -d ' \\n'); rm -f "$node" "$next"; grep -q "\\"root\\":\\"$root\\"" audit/anchor.json)`,
  ].join('; ')

function timestampSection({ timestampedAt, certificates }: AuditSeal): Section {
  const title = 'The anchor was there at that time'
  if (!timestampedAt) {
    const lines = ['The timestamp authority had not answered when this package was made.']
    return { title, lines }
  }
  const verify = (authority: string): string =>
    `openssl ts -verify -data audit/anchor.json -token_in -in audit/anchor.tst -CAfile ${authority} -attime ${Math.floor(timestampedAt.getTime() / 1000)}`
  const told = [
    'audit/anchor.tst is a timestamp token (RFC 3161) over audit/anchor.json, by an',
    'authority that is not the police. What it says:',
    '',
    command('openssl ts -reply -token_in -in audit/anchor.tst -text'),
    '',
  ]
  if (!certificates) {
    const lines = [
      ...told,
      'To verify it, get the certificate of that authority from the authority itself,',
      'and name it as authority.pem in:',
      '',
      `    ${verify('authority.pem')}`,
      '',
      ...AT_ITS_TIME,
    ]
    return { title, lines }
  }
  const lines = [
    ...told,
    'That it is over this anchor, signed by that authority:',
    '',
    command(verify('audit/timestamp-authority.pem')),
    '',
    ...AT_ITS_TIME,
    '',
    'audit/timestamp-authority.pem is what the police trust. To trust it yourself,',
    'compare its fingerprints with those that the authority publishes:',
    '',
    command('openssl x509 -noout -subject -fingerprint -sha256 -in audit/timestamp-authority.pem'),
  ]
  return { title, lines }
}

const AT_ITS_TIME = [
  'The number behind -attime is the time that the token tells, in seconds since 1970:',
  'what the authority signed while its certificate was good holds after it expires.',
]

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
