import type { AuditPapers, AuditSeal } from './audit-papers.ts'
import { command, type Section } from './check-section.ts'

export const chainSection = ({ head, entries }: AuditPapers): Section => ({
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

export const particularsSection = ({ withheld, entries }: AuditPapers): Section => ({
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

export const missingSection = (): Section => ({
  title: 'No entry is known to have been removed',
  lines: [
    'Of each entry a note is kept until an anchor vouches for it. An entry that was',
    'removed before is found by its note, and named: under "missing" in',
    'audit/trail.json and, from the next anchor on, by an entry "entry-missing".',
    'There is neither:',
    '',
    command(
      `grep -q '^  "missing": \\[\\]' audit/trail.json && ! grep '"action":"entry-missing"' audit/entries.jsonl`,
    ),
  ],
})

export const unsealed = (): Section => ({
  title: 'Nothing vouches for the audit trail from outside yet',
  lines: [
    'It was not anchored when this package was made: whether it was computed anew as',
    'a whole cannot be told from this package.',
  ],
})

export const anchorSection = ({ anchor, at, sequence, steps }: AuditSeal): Section => ({
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
    ...(steps > 0
      ? [
          'audit/proof/ has the hashes beside the way from there up to the root. A leaf is',
          'hashed behind a byte 0, two nodes behind a byte 1:',
        ]
      : [
          'It is the only leaf of its tree, so that there is no audit/proof/: its SHA-256,',
          'behind a byte 0, is the root:',
        ]),
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

export function timestampSection({ timestampedAt, certificates }: AuditSeal): Section {
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
