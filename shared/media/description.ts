import { z } from 'zod'
import { leftOutTrackSchema } from './left-out.ts'

/** A rational number as ffmpeg writes it: numerator, denominator. */
export const rationalSchema = z.tuple([z.int().positive(), z.int().positive()])
export type Rational = z.infer<typeof rationalSchema>

/** The containers that are opened at all, by the name of the demuxer that is forced on them. */
export const CONTAINERS = ['mov', 'matroska', 'mpegts', 'avi'] as const
export type Container = (typeof CONTAINERS)[number]

/** The picture track that is rendered. */
const videoDescriptionSchema = z.object({
  /** Index of the stream in the container, as ffmpeg counts. */
  stream: z.int().nonnegative(),
  codec: z.string(),
  profile: z.string().nullable(),
  pixelFormat: z.string(),
  /** As coded, before rotation and before the sample aspect ratio is applied. */
  width: z.int().positive(),
  height: z.int().positive(),
  sampleAspectRatio: rationalSchema,
  /** Clockwise turn that a player must apply, in degrees. */
  rotation: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
  /** Average frames a second over the recording; 0 where the container does not tell. */
  frameRate: z.number().nonnegative(),
  /** Unit of every timestamp of this track, in seconds. */
  timeBase: rationalSchema,
  /** By how many pictures the coded order may differ from the order shown; 0: it does not. */
  reorderedPictures: z.int().nonnegative(),
})
export type VideoDescription = z.infer<typeof videoDescriptionSchema>

/** The sound track that is rendered. */
const audioDescriptionSchema = z.object({
  stream: z.int().nonnegative(),
  codec: z.string(),
  sampleRate: z.int().positive(),
  channels: z.int().positive(),
  timeBase: rationalSchema,
  /** Whether it begins so late in the file that ffmpeg must read far to find out what it is. */
  beginsLate: z.boolean().default(false),
})
export type AudioDescription = z.infer<typeof audioDescriptionSchema>

/** What a recording is, in our own words: the only shape in which probing leaves this module. */
export const mediaDescriptionSchema = z.object({
  container: z.enum(CONTAINERS),
  sizeBytes: z.int().positive(),
  /** As the container declares it; 0 where it does not. The plan measures it from keyframes. */
  declaredSeconds: z.number().nonnegative(),
  video: videoDescriptionSchema,
  audio: audioDescriptionSchema.nullable(),
  /** All other tracks. Absent in older descriptions. */
  leftOut: z.array(leftOutTrackSchema).default([]),
})
export type MediaDescription = z.infer<typeof mediaDescriptionSchema>

/**
 * Why a recording is not played. It is kept all the same: integrity is another question.
 * - `empty`: no bytes
 * - `not-a-recording`: the bytes are of no container that is opened here
 * - `disguised`: a playlist, script or other text that calls itself a recording
 * - `damaged`: the container's own structure contradicts itself or the size of the file
 * - `no-video`: there is no picture track
 * - `unsupported-codec`: the picture is coded in a way that is not on the list
 * - `too-large-picture`: more pixels than are decoded here
 * - `no-keyframe`: no picture from which decoding could begin
 * - `too-large-group`: pictures between two keyframes are more than a job can carry in one piece
 * - `too-slow`: describing it took longer than is allowed
 */
const UNPLAYABLE_REASONS = [
  'empty',
  'not-a-recording',
  'disguised',
  'damaged',
  'no-video',
  'unsupported-codec',
  'too-large-picture',
  'no-keyframe',
  'too-large-group',
  'too-slow',
] as const
const unplayableReasonSchema = z.enum(UNPLAYABLE_REASONS)
export type UnplayableReason = z.infer<typeof unplayableReasonSchema>

/** A recording that is kept but not played, with the reason and one sentence for people. */
export type Unplayable = { playable: false; reason: UnplayableReason; detail: string }

/** That a recording is not played, and why. */
export const unplayable = (reason: UnplayableReason, detail: string): Unplayable => ({
  playable: false,
  reason,
  detail,
})

/** That the structure of a recording contradicts itself, and where. */
export const damaged = (detail: string): Unplayable => unplayable('damaged', detail)
