import { describe, expect, it, vi } from 'vitest'
import { parseCommand } from '../../../infra/local/docking-station/command.ts'

describe('parseCommand', () => {
  it('needs nothing but a file', () => {
    expect(parseCommand(['clip.mp4'], '/media')).toEqual({
      files: ['/media/clip.mp4'],
      given: {},
      endpoints: '.local/endpoints.json',
      station: { stateDirectory: '.local/dock', parallel: 4 },
      recording: {
        camera: { serial: 'BWV-LOCAL-1', firmware: '1.0.0' },
        officer: 'P214567',
        unit: 'camden-response-1',
        borough: 'camden',
        references: [],
        sidecars: {},
        hash: true,
        corruptSends: 0,
      },
      output: 'people',
    })
  })

  it('takes all that a wearer and a dock can say', () => {
    const command = parseCommand(
      [
        ...['--camera', 'BWV-9', '--firmware', '3.2', '--sequence', '12', '--officer', 'P1'],
        ...['--unit', 'firearms', '--no-borough', '--incident', 'CAD 1', '--incident', 'CAD 2'],
        ...['--crime', '1/26', '--case-urn', '01AB', '--exhibit', 'DO/1', '--category', 'arrest'],
        ...['--urgent', '--recorded-at', '2026-11-23T20:00:00+01:00', '--duration', '62.5'],
        ...['--device-clock-offset', '-3600', '--gps', 'a.gpx', '--events', '/b.json'],
        ...['--settings', 'c.json', '--no-hash', '--corrupt-once', '--parallel', '8', '--json'],
        ...['--api', 'http://app/api', '--site', 'hackney', 'clip.mp4'],
      ],
      '/media',
    )
    expect(command).toMatchObject({
      given: { api: 'http://app/api', site: 'hackney' },
      station: { parallel: 8 },
      firstSequence: 12,
      output: 'json',
    })
    expect(command.recording).toEqual({
      camera: { serial: 'BWV-9', firmware: '3.2' },
      officer: 'P1',
      unit: 'firearms',
      references: [
        { type: 'incident', value: 'CAD 1' },
        { type: 'incident', value: 'CAD 2' },
        { type: 'crime', value: '1/26' },
        { type: 'case-urn', value: '01AB' },
        { type: 'exhibit', value: 'DO/1' },
      ],
      category: 'arrest',
      urgent: true,
      recordedAt: new Date('2026-11-23T19:00:00Z'),
      durationSeconds: 62.5,
      deviceClockOffsetSeconds: -3600,
      sidecars: { 'gps-track': '/media/a.gpx', 'event-log': '/b.json', settings: '/media/c.json' },
      hash: false,
      corruptSends: 1,
    })
  })

  it.each([
    ['no file', [], "missing required argument 'files'"],
    ['a time without zone', ['--recorded-at', '2026-11-23T21:04', 'x.mp4'], 'time with zone'],
    ['a negative duration', ['--duration', '-5', 'x.mp4'], 'Expected seconds'],
    ['a fractional sequence', ['--sequence', '1.5', 'x.mp4'], 'whole number from 0'],
    ['no parallel block', ['--parallel', '0', 'x.mp4'], 'whole number from 1'],
    ['sidecars for two files', ['--gps', 'a.gpx', 'x.mp4', 'y.mp4'], 'belong to one recording'],
    ['two forms of output', ['--json', '--quiet', 'x.mp4'], 'cannot be used with'],
  ])('refuses %s with a reason', (_, args, reason) => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect(() => parseCommand(args, '/media')).toThrow(reason)
    expect(stderr).toHaveBeenCalledWith(expect.stringContaining(reason))
    stderr.mockRestore()
  })
})
