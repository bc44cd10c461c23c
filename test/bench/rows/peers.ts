import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { LocalSystem } from '../../../infra/local/local-system.ts'
import { immichProxy, peerTubeProxy, peerTubeRate, peerTubeSet } from '../footage/peer-commands.ts'
import { type ProxySettings, proxySettingsFor } from '../footage/proxy-settings.ts'
import { type Quality, qualityOf } from '../footage/quality.ts'
import { atRate, factorOfSize, ffmpegAtRate, type Rate } from '../footage/rate.ts'
import { ffmpeg, inFolder, proxyAlone } from '../footage/raw-commands.ts'
import { bodyWornRecording } from '../footage/recordings.ts'
import { interleaved } from '../harness/interleave.ts'
import type { Bench, Findings, Goal, Row } from '../harness/row.ts'
import { figure } from '../harness/section.ts'
import { runPipeline } from '../measure/pipeline.ts'
import { openPlayback } from '../measure/playback.ts'

const run = promisify(execFile)

const SECONDS = 120
/** What counts as equal: size by so much, SSIM by so little. */
const EQUAL_SIZE = 1.02
const EQUAL_SSIM = 0.001
const EQUAL_VMAF = 0.5

export const peers: Row = {
  name: 'peers',
  title:
    'Two minutes of 1080p30: the whole system from "original secured" to "ready", against PeerTube\'s set of commands and Immich\'s command on a local file; and how the proxies look beside the original scaled to their size. Both ways of comparing at equal size: our proxy as large as PeerTube\'s, and PeerTube\'s as small as ours.',
  run: (bench) =>
    inFolder(bench, async (folder) => {
      const file = await bodyWornRecording(bench, SECONDS)
      const settings = await proxySettingsFor(bench.tools, file)
      const { width, height } = settings.plan.proxy
      const contest: Contest = { bench, folder, file, settings, size: { width, height } }
      const { times, bytes, rate } = await race(contest)
      const proxies = {
        ours: await look(contest, 'ours.mp4', bytes.ours),
        oursAsLarge: await look(contest, 'as-large.mp4', bytes.oursAsLarge),
        peerTube: await look(contest, 'proxy.mp4'),
        peerTubeAsSmall: await look(contest, 'as-small.mp4'),
        immich: await look(contest, 'immich.mp4'),
      }
      const encoder = settings.encoder.join(' ')
      const asLarge = Object.entries(rate).flat().join(' ')
      const notes = [
        `Our encoder: \`${encoder}\`, ${width}×${height}; for a proxy as large as PeerTube's with \`${asLarge}\`.`,
      ]
      return { ...findings(times, proxies), notes }
    }),
}

type Contest = {
  bench: Bench
  folder: string
  file: string
  settings: ProxySettings
  size: { width: number; height: number }
}
type Name = 'ours' | 'oursAsLarge' | 'peerTube' | 'peerTubeAsSmall' | 'immich'
type Times = Record<Name, { seconds: number }>
type Proxies = Record<Name, Quality & { bytes: number }>

/** Runs them by turns, each proxy into a file of its own; those that are no rivals only once. */
async function race(contest: Contest) {
  const { bench, folder, file, settings, size } = contest
  const at = (name: string) => path.join(folder, name)
  const rate = await rateOfPeerTubesSize(contest)
  const asLarge = await ffmpegAtRate(bench.tools.ffmpeg, folder, rate)
  const pipeline = async (name: string, ffmpegPath: string) => {
    let bytes = 0
    const inspect = async (system: LocalSystem, id: string) => {
      bytes = await keepProxy(bench, system, id, at(name))
    }
    const options = { inspect, settings: { FFMPEG_PATH: ffmpegPath } }
    const { ready, cpu } = await runPipeline(bench, file, options)
    return { seconds: ready, cpuSeconds: cpu.all, bytes }
  }
  const seen = await interleaved(bench, bench.repetitions(2), {
    ours: () => pipeline('ours.mp4', bench.tools.ffmpeg),
    oursAsLarge: () => pipeline('as-large.mp4', asLarge),
    peerTube: async () => ({
      ...(await peerTubeSet(bench, file, folder, size, settings.plan.durationSeconds)),
    }),
  })
  const bytes = { ours: seen.ours.bytes, oursAsLarge: seen.oursAsLarge.bytes }
  const bound = boundOf(settings.encoder)
  const alone = await factorOfSize(bytes.ours, async (crf) => {
    const command = peerTubeProxy(file, at('as-small'), size, { '-crf': crf, ...bound })
    return { ...(await ffmpeg(bench, command)), ...(await sizeOf(at('as-small.mp4'))) }
  })
  bench.say(`PeerTube's proxy of our size: ${figure(alone.seconds)} s`)
  const immich = await ffmpeg(bench, immichProxy(file, at('immich.mp4'), size))
  bench.say(`Immich: ${figure(immich.seconds)} s`)
  const { proxySeconds } = seen.peerTube
  const peerTubeAsSmall = { seconds: seen.peerTube.seconds - proxySeconds + alone.seconds }
  const times: Times = { ...seen, peerTubeAsSmall, immich }
  return { times, bytes, rate }
}

/** At which rate our encoder makes a proxy as large as PeerTube's own, within PeerTube's bound. */
async function rateOfPeerTubesSize({
  bench,
  folder,
  file,
  settings,
  size,
}: Contest): Promise<Rate> {
  const at = (name: string) => path.join(folder, name)
  const bound = peerTubeRate(size)
  await ffmpeg(bench, peerTubeProxy(file, at('proxy'), size))
  const { bytes } = await sizeOf(at('proxy.mp4'))
  const { crf } = await factorOfSize(bytes, async (factor) => {
    const encoder = atRate(settings.encoder, { '-crf': factor, ...bound })
    const cost = await proxyAlone(bench, file, { ...settings, encoder }, at('sought.mp4'))
    return { ...cost, ...(await sizeOf(at('sought.mp4'))) }
  })
  bench.say(`our proxy is as large as PeerTube's at a factor of ${crf}`)
  return { '-crf': crf, ...bound }
}

const sizeOf = async (file: string) => ({ bytes: (await stat(file)).size })

async function look(
  { bench, folder, file, size }: Contest,
  name: string,
  bytes?: number,
): Promise<Proxies['ours']> {
  const proxy = path.join(folder, name)
  const quality = await qualityOf(bench, proxy, file, size)
  bench.say(`${name}: SSIM ${quality.ssim}, VMAF ${quality.vmaf?.toFixed(1) ?? 'not to be had'}`)
  return { ...quality, bytes: bytes ?? (await stat(proxy)).size }
}

function findings(times: Times, proxies: Proxies): Omit<Findings, 'notes'> {
  const ratio = (name: Name) => figure(times.ours.seconds / times[name].seconds)
  const line = (title: string, name: Name) => {
    const { bytes, ssim, vmaf } = proxies[name]
    const looks = [figure(bytes / 1e6), ssim.toFixed(4), vmaf?.toFixed(1) ?? '–']
    return [title, figure(times[name].seconds), `${ratio(name)} ×`, ...looks]
  }
  return {
    head: ['', 'wall s', 'ours ÷ this', 'proxy MB', 'SSIM', 'VMAF'],
    lines: [
      line('Bluelamp: copy, proxy, storyboard, poster, index', 'ours'),
      line("Bluelamp: the same, its proxy as large as PeerTube's", 'oursAsLarge'),
      line('PeerTube: copy, proxy, thumbnail, storyboard', 'peerTube'),
      line('PeerTube: the same, its proxy as small as ours', 'peerTubeAsSmall'),
      line('Immich: its proxy alone', 'immich'),
    ],
    goals: [
      ...goalsAtOneSize(times, proxies, "as large as PeerTube's", 'oursAsLarge', 'peerTube'),
      ...goalsAtOneSize(times, proxies, "PeerTube's as small as ours", 'ours', 'peerTubeAsSmall'),
    ],
  }
}

/** Half the time at the same size and no worse looks. */
function goalsAtOneSize(
  times: Times,
  proxies: Proxies,
  proxy: string,
  ours: Name,
  theirs: Name,
): Goal[] {
  const [one, other] = [proxies[ours], proxies[theirs]]
  const ssim = one.ssim - other.ssim
  const goals: Goal[] = [
    {
      what: `wall time against PeerTube, proxy ${proxy}`,
      seen: times[ours].seconds / times[theirs].seconds,
      atMost: 0.5,
      unit: '×',
    },
    {
      what: `size, proxy ${proxy}`,
      seen: one.bytes / other.bytes,
      atMost: EQUAL_SIZE,
      unit: '×',
    },
    {
      what: `SSIM, ours less PeerTube's, proxy ${proxy}`,
      seen: ssim,
      atLeast: -EQUAL_SSIM,
      unit: '',
    },
  ]
  if (one.vmaf === null || other.vmaf === null) return goals
  const seen = one.vmaf - other.vmaf
  const what = `VMAF, ours less PeerTube's, proxy ${proxy}`
  return [...goals, { what, seen, atLeast: -EQUAL_VMAF, unit: '' }]
}

/** Keeps the proxy as a player gets it, as one file; gives the bytes that storage holds of it. */
async function keepProxy(
  { tools }: Bench,
  system: LocalSystem,
  id: string,
  file: string,
): Promise<number> {
  const { proxy } = await openPlayback(system, id)
  await run(tools.ffmpeg, ['-v', 'error', '-nostdin', '-y', '-i', proxy, '-c', 'copy', file])
  const playlist = await (await fetch(proxy)).text()
  const ranges = [...playlist.matchAll(/BYTERANGE[:="]+(\d+)@/g)]
  return ranges.reduce((sum, [, bytes]) => sum + Number(bytes), 0)
}

/** The options of an encoder that say how much it may spend at most. */
const boundOf = (encoder: string[]): Rate =>
  Object.fromEntries(
    encoder.flatMap((option, n) =>
      ['-maxrate', '-bufsize'].includes(option) ? [[option, encoder[n + 1] ?? '']] : [],
    ),
  )
