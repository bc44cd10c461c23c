import { describe, expect, it } from 'vitest'
import { masterPlaylist, mediaPlaylist } from '../../../shared/media/playlist.ts'
import { storyboardTrack } from '../../../shared/media/storyboard.ts'
import { bodyCamera, chunkResult, streamOutput } from './fixtures.ts'

const playlist = (results: Parameters<typeof mediaPlaylist>[0]['results'], chunkCount = 3) =>
  mediaPlaylist({
    ...{ kind: 'copy', results, chunkCount, targetDurationSeconds: 6 },
    uri: (index) => `chunks/${index}.mp4`,
  })

describe('mediaPlaylist', () => {
  it('is, to the letter, what RFC 8216 asks for', () => {
    expect(playlist([chunkResult(0), chunkResult(1, { copy: streamOutput([2]) })], 2)).toBe(
      `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-START:TIME-OFFSET=0,PRECISE=YES
#EXT-X-MAP:URI="chunks/0.mp4",BYTERANGE="1000@0"
#EXTINF:6.000000,
#EXT-X-BYTERANGE:500@1000
chunks/0.mp4
#EXTINF:6.000000,
#EXT-X-BYTERANGE:500@1500
chunks/0.mp4
#EXTINF:3.500000,
#EXT-X-BYTERANGE:500@2000
chunks/0.mp4
#EXT-X-MAP:URI="chunks/1.mp4",BYTERANGE="1000@0"
#EXTINF:2.000000,
#EXT-X-BYTERANGE:500@1000
chunks/1.mp4
#EXT-X-ENDLIST
`,
    )
  })

  it('only grows: a chunk that is finished early waits for those before it', () => {
    const one = playlist([chunkResult(0), chunkResult(2)])
    const all = playlist([chunkResult(2), chunkResult(0), chunkResult(1)])
    expect(one).not.toContain('chunks/2.mp4')
    expect(one).not.toContain('ENDLIST')
    expect(all.startsWith(one.trimEnd())).toBe(true)
    expect(all).toContain('#EXT-X-ENDLIST')
  })

  it('does not promise independent segments where there are none', () => {
    const copy = streamOutput([6])
    copy.segments = [{ durationSeconds: 12, bytes: 500, independent: false }]
    expect(playlist([chunkResult(0, { copy })])).not.toContain('INDEPENDENT')
  })
})

describe('masterPlaylist', () => {
  const plan = {
    media: bodyCamera,
    copy: { video: { method: 'copied' as const }, width: 1920, height: 1080 },
    targetDurationSeconds: 6,
  }

  it('names what has been made, with its real bit rates', () => {
    const proxy = streamOutput([6], { width: 960, height: 540 })
    const text = masterPlaylist({
      results: [chunkResult(0, { copy: streamOutput([4, 6, 0.1]), proxy })],
      plan,
      uri: (kind) => `${kind}.m3u8`,
    })
    expect(text).toContain(
      'BANDWIDTH=1312,AVERAGE-BANDWIDTH=1189,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1920x1080',
    )
    expect(text).toContain('RESOLUTION=960x540\nproxy.m3u8')
    expect(text).toContain(
      '#EXT-X-SESSION-DATA:DATA-ID="bluelamp.statement.copy",VALUE="stream copy of the master"',
    )
    expect(text).toContain('"bluelamp.statement.proxy",VALUE="proxy, not for examination"')
    expect(masterPlaylist({ results: [], plan, uri: String })).not.toContain('STREAM-INF')
  })
})

describe('masterPlaylist of a recording that browsers do not play', () => {
  it('does not call its full quality a copy', () => {
    const video = { method: 'encoded' as const, reason: 'mjpeg' }
    const text = masterPlaylist({
      results: [chunkResult(0)],
      plan: {
        media: bodyCamera,
        copy: { video, width: 1920, height: 1080 },
        targetDurationSeconds: 6,
      },
      uri: String,
    })
    expect(text).toContain('VALUE="full-quality re-encoding')
    expect(text).not.toContain('stream copy')
  })
})

describe('storyboardTrack', () => {
  it('passes over a chunk that has no sheet', () => {
    const sheet = (startSeconds: number) => ({
      ...{ bytes: 1, sha256: 'ab'.repeat(32), tiles: 1, columns: 2, tileWidth: 160 },
      ...{ tileHeight: 90, intervalSeconds: 2, startSeconds, endSeconds: startSeconds + 2 },
    })
    const results = [
      chunkResult(0, { storyboard: sheet(0) }),
      chunkResult(1, { noStoryboard: 'No picture could be decoded.' }),
      chunkResult(2, { storyboard: sheet(4) }),
    ]
    const track = storyboardTrack(results, (n) => `${n}.jpg`)
    expect(track.match(/^.* --> .*\n\d\.jpg/gm)).toEqual([
      '00:00:00.000 --> 00:00:02.000\n0.jpg',
      '00:00:04.000 --> 00:00:06.000\n2.jpg',
    ])
  })

  it('gives each tile its place and time', () => {
    const storyboard = {
      ...{
        bytes: 1,
        sha256: 'ab'.repeat(32),
        tiles: 3,
        columns: 2,
        tileWidth: 160,
        tileHeight: 90,
      },
      ...{ intervalSeconds: 2, startSeconds: 3599, endSeconds: 3604 },
    }
    expect(
      storyboardTrack([chunkResult(1, { storyboard }), chunkResult(0)], (n) => `${n}.jpg`),
    ).toBe(
      `WEBVTT

00:59:59.000 --> 01:00:01.000
1.jpg#xywh=0,0,160,90

01:00:01.000 --> 01:00:03.000
1.jpg#xywh=160,0,160,90

01:00:03.000 --> 01:00:04.000
1.jpg#xywh=0,90,160,90
`,
    )
  })
})
