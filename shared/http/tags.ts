/** The parts that the API is described in, in the order of a recording's way. */
export const TAGS = {
  Docking: 'Docking stations upload recordings, and learn when a camera may be wiped.',
  Finding: 'Searching recordings, and what is known of them.',
  Watching: 'Playback in any HLS player, by a ticket that is decided anew with every request.',
  Taking: 'Originals and evidence packages, recorded as disclosure.',
  Managing: 'Marking, correcting, linking, holding and sharing one recording.',
  Retention: 'Disposal under retention rules.',
  'Emergency access':
    'Breaking the glass: access for hours where the rules give none, approved by a second person and reviewed by a third.',
  Disclosure: 'What the disclosure officer of a case must know of what is withheld.',
  Audit: 'Audit trails, and the watch over unusual access.',
  Quarantine: 'Bytes that are not what the dock declared.',
  People: 'The register of people: vetting, units, assignments.',
  Cameras: 'The register of who wore which camera from when to when.',
  Service: 'The service itself.',
} as const
export type Tag = keyof typeof TAGS
