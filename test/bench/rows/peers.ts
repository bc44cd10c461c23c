import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { LocalSystem } from '../../../infra/local/local-system.ts'
import { immichProxy, peerTubeProxyOfSize, peerTubeSet } from '../footage/peer-commands.ts'
import { proxySettingsFor } from '../footage/proxy-settings.ts'
import { type Quality, qualityOf } from '../footage/quality.ts'
import { ffmpeg, inFolder } from '../footage/raw-commands.ts'
import { bodyWornRecording } from '../footage/recordings.ts'
import { interleaved } from '../harness/interleave.ts'
import type { Bench, Findings, Row } from '../harness/row.ts'
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
    'Two minutes of 1080p30: the whole system from "original secured" to "ready", against PeerTube\'s set of commands and Immich\'s command on a local file; and how the proxies look beside the original scaled to their size.',
  run: (bench) =>
    inFolder(bench, async (folder) => {
      const file = await bodyWornRecording(bench, SECONDS)
      const { plan, encoder } = await proxySettingsFor(bench.tools, file)
      const size = { width: plan.proxy.width, height: plan.proxy.height }
      const contest: Contest = { bench, folder, file, size, seconds: plan.durationSeconds }
      const times = await race(contest, boundOf(encoder))
      const proxies = {
        ours: await look(contest, 'ours.mp4', times.ours.bytes),
        peerTube: await look(contest, 'proxy.mp4'),
        sameSize: await look(contest, 'same-size.mp4'),
        immich: await look(contest, 'immich.mp4'),
      }
      const notes = [`Our encoder: \`${encoder.join(' ')}\`, ${size.width}×${size.height}.`]
      return { ...findings(times, proxies), notes }
    }),
}

type Contest = {
  bench: Bench
  folder: string
  file: string
  size: { width: number; height: number }
  seconds: number
}
type Times = Record<'ours' | 'peerTube' | 'sameSize' | 'immich', { seconds: number }>
type Proxies = Record<keyof Times, Quality & { bytes: number }>

/** Runs them by turns, each proxy into a file of its own; those that are no rivals only once. */
async function race(
  { bench, folder, file, size, seconds }: Contest,
  bound: string[],
): Promise<Times & { ours: { bytes: number } }> {
  const at = (name: string) => path.join(folder, name)
  const seen = await interleaved(bench, bench.repetitions(2), {
    ours: async () => {
      let bytes = 0
      const inspect = async (system: LocalSystem, id: string) => {
        bytes = await keepProxy(bench, system, id, at('ours.mp4'))
      }
      const { ready, cpu } = await runPipeline(bench, file, { inspect })
      return { seconds: ready, cpuSeconds: cpu.all, bytes }
    },
    peerTube: async () => ({ ...(await peerTubeSet(bench, file, folder, size, seconds)) }),
  })
  const { bytes } = seen.ours
  const alone = await peerTubeProxyOfSize(bench, file, at('same-size'), size, bound, bytes)
  bench.say(`PeerTube's proxy of our size: ${figure(alone.seconds)} s`)
  const immich = await ffmpeg(bench, immichProxy(file, at('immich.mp4'), size))
  bench.say(`Immich: ${figure(immich.seconds)} s`)
  const { proxySeconds } = seen.peerTube
  const sameSize = { seconds: seen.peerTube.seconds - proxySeconds + alone.seconds }
  return { ...seen, sameSize, immich }
}

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
  const ratio = (name: keyof Times) => times.ours.seconds / times[name].seconds
  const line = (title: string, name: keyof Times) => {
    const { bytes, ssim, vmaf } = proxies[name]
    const looks = [figure(bytes / 1e6), ssim.toFixed(4), vmaf?.toFixed(1) ?? '–']
    return [title, figure(times[name].seconds), `${figure(ratio(name))} ×`, ...looks]
  }
  return {
    head: ['', 'wall s', 'ours ÷ this', 'proxy MB', 'SSIM', 'VMAF'],
    lines: [
      line('Bluelamp: copy, proxy, storyboard, poster, index', 'ours'),
      line('PeerTube: copy, proxy, thumbnail, storyboard', 'peerTube'),
      line('PeerTube: the same, its proxy as small as ours', 'sameSize'),
      line('Immich: its proxy alone', 'immich'),
    ],
    goals: [
      { what: 'wall time against PeerTube', seen: ratio('peerTube'), atMost: 0.5, unit: '×' },
      {
        what: 'wall time against PeerTube at our size',
        seen: ratio('sameSize'),
        atMost: 0.5,
        unit: '×',
      },
      {
        what: 'size of the proxy against PeerTube at our size',
        seen: proxies.ours.bytes / proxies.sameSize.bytes,
        atMost: EQUAL_SIZE,
        unit: '×',
      },
      {
        what: 'SSIM, ours less that of PeerTube at our size',
        seen: proxies.ours.ssim - proxies.sameSize.ssim,
        atLeast: -EQUAL_SSIM,
        unit: '',
      },
      ...vmafGoal(proxies),
    ],
  }
}

function vmafGoal({ ours, sameSize }: Proxies): Findings['goals'] {
  if (ours.vmaf === null || sameSize.vmaf === null) return []
  const what = 'VMAF, ours less that of PeerTube at our size'
  return [{ what, seen: ours.vmaf - sameSize.vmaf, atLeast: -EQUAL_VMAF, unit: '' }]
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
const boundOf = (encoder: string[]): string[] =>
  encoder.flatMap((option, n) =>
    ['-maxrate', '-bufsize'].includes(option) ? [option, encoder[n + 1] ?? ''] : [],
  )
