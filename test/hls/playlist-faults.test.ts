import { describe, expect, it } from 'vitest'
import { masterPlaylistFaults } from './master-playlist-faults.ts'
import { growthFaults, mediaPlaylistFaults } from './media-playlist-faults.ts'

const MEDIA = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-START:TIME-OFFSET=0,PRECISE=YES
#EXT-X-MAP:URI="0.mp4",BYTERANGE="100@0"
#EXTINF:6.400000,
#EXT-X-BYTERANGE:50@100
0.mp4
#EXTINF:2.000000,
#EXT-X-BYTERANGE:30@150
0.mp4
#EXT-X-MAP:URI="1.mp4",BYTERANGE="100@0"
#EXTINF:5.000000,
#EXT-X-BYTERANGE:70@100
1.mp4
#EXT-X-ENDLIST
`
const SIZES = new Map([
  ['0.mp4', 180],
  ['1.mp4', 170],
])

const MASTER = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-SESSION-DATA:DATA-ID="a",VALUE="b, c"
#EXT-X-STREAM-INF:BANDWIDTH=67,AVERAGE-BANDWIDTH=54,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=2x2
copy.m3u8
`
const VARIANTS = new Map([
  [
    'copy.m3u8',
    {
      targetDurationSeconds: 6,
      segments: [
        { durationSeconds: 6, bytes: 50 },
        { durationSeconds: 1, bytes: 1 },
        { durationSeconds: 6, bytes: 36 },
      ],
    },
  ],
])

/** The check of playlists must itself be able to fail. */
describe('a media playlist', () => {
  it('without fault is found without fault', () => {
    expect(mediaPlaylistFaults(MEDIA, SIZES)).toEqual([])
  })

  it.each([
    ['begins otherwise', '#EXTM3U', '#EXTM3U8', '§4.3.1.1'],
    ['has no target duration', '#EXT-X-TARGETDURATION:6\n', '', 'TARGETDURATION is missing'],
    ['has a target duration too short', 'TION:6', 'TION:5', '§4.3.3.1'],
    ['has a target duration in fractions', 'TION:6', 'TION:6.5', '§4.2'],
    ['declares too old a version', 'VERSION:7', 'VERSION:5', '§7: EXT-X-MAP needs version 6'],
    [
      'declares its version twice',
      '#EXT-X-VERSION:7',
      '#EXT-X-VERSION:7\n#EXT-X-VERSION:7',
      '§4.3',
    ],
    ['has a tag of another kind', '#EXT-X-ENDLIST', '#EXT-X-STREAM-INF:BANDWIDTH=1', 'no tag of'],
    ['goes on after its end', '#EXT-X-ENDLIST\n', '#EXT-X-ENDLIST\n#EXT-X-ENDLIST\n', 'follow'],
    ['has a segment without duration', '#EXTINF:2.000000,\n', '', '§4.3.2.1'],
    ['has a duration without comma', '2.000000,', '2.000000', '§4.3.2.1'],
    ['leaves bytes out', '30@150', '29@151', 'bytes before 151'],
    ['reads beyond the file', '70@100', '71@100', '1.mp4 is read to 171 of 170'],
    [
      'forgets an initialisation section',
      '#EXT-X-MAP:URI="1.mp4",BYTERANGE="100@0"\n',
      '',
      'other',
    ],
    ['ends without address', '1.mp4\n#EXT', '#EXT', 'no address'],
    ['has attributes in disorder', 'TIME-OFFSET=0,', 'TIME-OFFSET=0, ', '§4.3.5.2'],
    ['has a header after a segment', '#EXT-X-ENDLIST', '#EXT-X-START:TIME-OFFSET=0', 'START'],
    ['holds control characters', '2.000000,', '2.000000,\u0007', '§4.1'],
  ])('that %s is found out', (_, from, to, fault) => {
    expect(MEDIA).toContain(from)
    expect(mediaPlaylistFaults(MEDIA.replace(from, to), SIZES).join('\n')).toContain(fault)
  })

  it('may be longer than before, and nothing else', () => {
    const growing = MEDIA.replace('#EXT-X-ENDLIST\n', '')
    expect(growthFaults(growing, MEDIA)).toEqual([])
    expect(growthFaults(MEDIA, MEDIA)).toEqual([])
    expect(growthFaults(growing, MEDIA.replace('6.400000', '6.300000'))).not.toEqual([])
    expect(growthFaults(MEDIA, `${MEDIA}#EXT-X-ENDLIST\n`)).not.toEqual([])
  })
})

describe('a master playlist', () => {
  it('without fault is found without fault', () => {
    expect(masterPlaylistFaults(MASTER, VARIANTS)).toEqual([])
  })

  it.each([
    ['understates its peak', 'BANDWIDTH=67', 'BANDWIDTH=66', 'the peak is 67'],
    ['overstates its average', 'AVERAGE-BANDWIDTH=54', 'AVERAGE-BANDWIDTH=55', 'it is 54'],
    ['has no bandwidth', 'BANDWIDTH=67,', '', 'BANDWIDTH is missing'],
    ['has an attribute of its own', 'RESOLUTION=2x2', 'NAME="x"', 'no attribute'],
    ['has a size of another form', '2x2', '2X2', '§4.3.4.2'],
    ['has no address', 'copy.m3u8\n', '', 'without an address'],
    ['has an address alone', /#EXT-X-STREAM-INF.*\n/, '', 'without EXT-X-STREAM-INF'],
    ['has session data without value', ',VALUE="b, c"', '', '§4.3.4.4'],
    ['has a segment', 'copy.m3u8', '#EXTINF:1,', 'no tag of a master'],
  ])('that %s is found out', (_, from, to, fault) => {
    expect(MASTER).toMatch(from)
    expect(masterPlaylistFaults(MASTER.replace(from, to), VARIANTS).join('\n')).toContain(fault)
  })
})
