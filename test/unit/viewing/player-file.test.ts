import { expect, it } from 'vitest'
import { playerFileOf } from '../../../shared/viewing/player-file.ts'

it.each([
  ['master.m3u8', { is: 'playlist', of: 'master' }],
  ['copy.m3u8', { is: 'playlist', of: 'copy' }],
  ['storyboard.vtt', { is: 'storyboard' }],
  ['proxy-0012.mp4', { is: 'chunk', kind: 'proxy', chunk: 12 }],
  ['storyboard-0000.jpg', { is: 'chunk', kind: 'storyboard', chunk: 0 }],
])('%s is a file', (name, file) => expect(playerFileOf(name)).toEqual(file))

it.each([
  '',
  '..',
  'other.m3u8',
  'storyboard.m3u8',
  'copy.vtt',
  'copy-0000.jpg',
  'storyboard-0000.mp4',
  'copy-1.mp4',
  'copy-00000.mp4',
  'copy-0000.mp4/..',
  'copy-0000.mp4\n',
  'constructor-0000.mp4',
])('%j is none', (name) => expect(playerFileOf(name)).toBeNull())
