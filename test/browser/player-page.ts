import type Hls from 'hls.js'
import type { Browser, Locator } from 'playwright-core'

/** What these tests use of an HTMLVideoElement. */
type Video = {
  currentTime: number
  playbackRate: number
  videoWidth: number
  videoHeight: number
  readyState: number
  buffered: Ranges
  played: Ranges
  pause(): void
  play(): Promise<void>
  getVideoPlaybackQuality(): { totalVideoFrames: number }
  requestVideoFrameCallback(shown: (now: number, picture: { mediaTime: number }) => void): void
}
type Ranges = { length: number; start(n: number): number; end(n: number): number }

export type PlayerState = {
  time: number
  /** Pictures decoded so far. */
  pictures: number
  size: [width: number, height: number]
  readyState: number
  buffered: [from: number, to: number][]
  played: [from: number, to: number][]
}

/** The developer's player in a browser, with a recording open. */
export type PlayerPage = {
  locator(selector: string): Locator
  state(): Promise<PlayerState>
  /** The playlist as the player knows it. */
  playlist(): Promise<{ live: boolean; seconds: number }>
  /** Goes to a moment, whatever becomes of it. */
  startSeeking(seconds: number): Promise<void>
  /** Goes to a moment; resolves with the moment of the first picture that is shown after that. */
  seek(seconds: number): Promise<number>
  play(rate: number): Promise<void>
  pause(): Promise<void>
  /** Everything that hls.js complained of. */
  hiccups(): Promise<string[]>
  /** Errors of the page itself. */
  errors: Error[]
  close(): Promise<void>
}

/** Opens the player on a playback URL, and resolves when a picture is shown. */
export async function openPlayerPage(browser: Browser, url: string): Promise<PlayerPage> {
  const page = await browser.newPage()
  const errors: Error[] = []
  page.on('pageerror', (error) => errors.push(error))
  await page.goto(url)

  /** Asks the video element within the page. The cast: this program knows no DOM types. */
  const ask = <A, R>(question: (video: Video, argument: A) => R | Promise<R>, argument: A) =>
    page.locator('#video').evaluate(question as never, argument) as Promise<R>
  await ask((video) => new Promise((shown) => video.requestVideoFrameCallback(shown)), null)

  return {
    errors,
    locator: (selector) => page.locator(selector),
    state: () => ask(stateOf, null),
    playlist: () =>
      page.evaluate(() => {
        const details = (globalThis as unknown as { hls: Hls }).hls.latestLevelDetails
        return { live: details?.live ?? true, seconds: details?.totalduration ?? 0 }
      }),
    startSeeking: (seconds) =>
      ask((video, to) => {
        video.currentTime = to
      }, seconds),
    seek: (seconds) => ask(pictureAt, seconds),
    play: (rate) =>
      ask((video, to) => {
        video.playbackRate = to
        return video.play()
      }, rate),
    pause: () => ask((video) => video.pause(), null),
    hiccups: () => page.locator('#hiccups li').allTextContents(),
    close: () => page.close(),
  }
}

/** Runs in the page: nothing outside of it is in scope. */
function stateOf(video: Video): PlayerState {
  const list = (ranges: Ranges) =>
    Array.from({ length: ranges.length }, (_, n): [number, number] => [
      ranges.start(n),
      ranges.end(n),
    ])
  return {
    time: video.currentTime,
    pictures: video.getVideoPlaybackQuality().totalVideoFrames,
    size: [video.videoWidth, video.videoHeight],
    readyState: video.readyState,
    buffered: list(video.buffered),
    played: list(video.played),
  }
}

/** Runs in the page. The picture from before the seek may be shown once more. */
function pictureAt(video: Video, seconds: number): Promise<number> {
  return new Promise((resolve) => {
    const look = () =>
      video.requestVideoFrameCallback((_, { mediaTime }) =>
        Math.abs(mediaTime - seconds) < 1 ? resolve(mediaTime) : look(),
      )
    look()
    video.currentTime = seconds
  })
}
