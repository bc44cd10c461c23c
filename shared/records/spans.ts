import { z } from 'zod'

/** Stretches of a recording in whole seconds, in order, none touching the next: `0-61 120-181`. */
export const spansSchema = z.string().regex(/^(\d+-\d+( \d+-\d+)*)?$/)

type Span = { from: number; to: number }

/**
 * Adds a stretch to others. It is widened to whole seconds, so that what follows without a gap is
 * one stretch, and nothing that was released is left out.
 */
export function withSpan(spans: string, fromSeconds: number, toSeconds: number): string {
  const added = { from: Math.floor(fromSeconds), to: Math.ceil(toSeconds) }
  const apart = (span: Span) => span.to < added.from || span.from > added.to
  const [others, touching] = [listOf(spans).filter(apart), listOf(spans).filter((s) => !apart(s))]
  const from = Math.min(added.from, ...touching.map((span) => span.from))
  const to = Math.max(added.to, ...touching.map((span) => span.to))
  return [...others, { from, to }]
    .toSorted((one, other) => one.from - other.from)
    .map((span) => `${span.from}-${span.to}`)
    .join(' ')
}

/** Whether all of a stretch is among others. */
export const hasSpan = (spans: string, fromSeconds: number, toSeconds: number): boolean =>
  listOf(spans).some(({ from, to }) => from <= fromSeconds && toSeconds <= to)

const listOf = (spans: string): Span[] =>
  [...spans.matchAll(/(\d+)-(\d+)/g)].map(([, from, to]) => ({
    from: Number(from),
    to: Number(to),
  }))
