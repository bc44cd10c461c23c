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

/** The developer's player in a browser, with a recording open. */
export type PlayerPage = {
  locator(selector: string): Locator
  state(): Promise<{
    time: number
    /** Pictures decoded so far. */
    pictures: number
    size: [width: number, height: number]
    readyState: number
    buffered: [from: number, to: number][]
    played: [from: number, to: number][]
  }>
  /** The playlist as the player knows it. */
  playlist(): Promise<{ live: boolean; seconds: number }>
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
  const video = page.locator('#video')
  const ask = <R>(question: (element: Video) => R | Promise<R>): Promise<R> =>
    video.evaluate(question as never)
  await ask((element) => new Promise((shown) => element.requestVideoFrameCallback(shown)))
  return {
    errors,
    locator: (selector) => page.locator(selector),
    state: () =>
      ask((element) => {
        const list = (ranges: Ranges) =>
          Array.from({ length: ranges.length }, (_, n): [number, number] => [
            ranges.start(n),
            ranges.end(n),
          ])
        return {
          time: element.currentTime,
          pictures: element.getVideoPlaybackQuality().totalVideoFrames,
          size: [element.videoWidth, element.videoHeight] as [number, number],
          readyState: element.readyState,
          buffered: list(element.buffered),
          played: list(element.played),
        }
      }),
    playlist: () =>
      page.evaluate(() => {
        const details = (globalThis as unknown as { hls: Hls }).hls.latestLevelDetails
        return { live: details?.live ?? true, seconds: details?.totalduration ?? 0 }
      }),
    seek: (seconds) =>
      video.evaluate(
        ((element: Video, to: number) =>
          new Promise((resolve) => {
            const await_ = () =>
              element.requestVideoFrameCallback((_, { mediaTime }) =>
                Math.abs(mediaTime - to) < 1 ? resolve(mediaTime) : await_(),
              )
            await_()
            element.currentTime = to
          })) as never,
        seconds,
      ),
    play: (rate) =>
      video.evaluate(
        (async (element: Video, to: number) => {
          element.playbackRate = to
          await element.play()
        }) as never,
        rate,
      ),
    pause: () => ask((element) => element.pause()),
    hiccups: () => page.locator('#hiccups li').allTextContents(),
    close: () => page.close(),
  }
}
