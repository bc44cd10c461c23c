/** What each time of a recording is, for readers who have nothing but a package. All are in UTC. */
export const MEANING_OF_TIMES = {
  'clock.recordingStartedAt':
    'start of the recording by the clock of the camera, as the docking station reported it',
  'clock.deviceAt': 'the clock of the camera at the moment when it was docked',
  'clock.dockAt': 'the clock of the docking station at that same moment',
  'clock.receivedAt': 'the clock of this system when the docking station asked to upload',
  'clock.deviceBehindDockMs':
    'how many milliseconds the camera ran behind the docking station (dockAt less deviceAt)',
  'clock.dockBehindServerMs':
    'how many milliseconds the docking station ran behind this system, its request included (receivedAt less dockAt)',
  'clock.recordedAt':
    'start of the recording by the clock of this system: recordingStartedAt and both offsets, unless it was corrected since (see corrections) or cannot be',
  recordedAtLondon: 'clock.recordedAt as clocks in London showed it',
  'corrections.at': 'when somebody corrected a value; "from" keeps what stood there before',
  changedAt: 'when anything about the record last changed',
} as const
