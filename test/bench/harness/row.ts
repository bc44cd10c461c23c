import type { MediaTools } from '../../../shared/media/running/tools.ts'

/** What a row works with. */
export type Bench = {
  /** Inputs and outputs of this run; gone at its end. Recordings made here are shared by rows. */
  folder: string
  tools: MediaTools
  /** Tiny inputs: the figures mean nothing, but everything is run. */
  quick: boolean
  /** How often to repeat, where a row thinks `usual` right. */
  repetitions(usual: number): number
  /** A line of progress. */
  say(line: string): void
}

/** Something that is measured beside something else, in one run. */
export type Row = {
  /** As it is called on the command line. */
  name: string
  /** One line that says what is compared. */
  title: string
  run(bench: Bench): Promise<Findings>
}

/** What was measured, as it goes into the results. */
export type Findings = {
  head: string[]
  lines: string[][]
  goals: Goal[]
  notes?: string[]
}

/** A bound that was set beforehand, and what was seen. */
export type Goal = {
  what: string
  seen: number
  /** The bound: at most this, or at least. */
  atMost?: number
  atLeast?: number
  /** `×` for a ratio, else a unit. */
  unit: string
}
