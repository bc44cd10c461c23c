import { isServable } from '../clearance/marking.ts'
import type { Footage } from './footage.ts'
import { FOOTAGE_STATES, isSecured } from './state.ts'

/**
 * The lists that work is taken from: every state, and beside them what has a part in quarantine,
 * what is secured itself but waits for a sidecar, what nobody is on record as having worn the camera
 * of, what is marked too high without an alert having gone out, and what is to be disposed of.
 */
export const WORK_LISTS = [
  ...FOOTAGE_STATES,
  'quarantined',
  'awaiting-sidecar',
  'camera-unassigned',
  'alert-due',
  'disposal-due',
] as const
export type WorkList = (typeof WORK_LISTS)[number]

/** The work lists that a recording is on. */
export function workListsOf(footage: Footage): WorkList[] {
  const { state, parts, marking, alerted, cameraUnassigned, disposal } = footage
  if (state === 'disposed') return []
  if (state === 'disposing') return [state]
  const lists: WorkList[] = [state]
  if (parts.some((part) => part.state === 'mismatched')) lists.push('quarantined')
  if (isSecured(state) && parts.some((part) => part.state !== 'secured')) {
    lists.push('awaiting-sidecar')
  }
  if (cameraUnassigned) lists.push('camera-unassigned')
  if (!isServable(marking) && alerted !== marking) lists.push('alert-due')
  if (disposal) lists.push('disposal-due')
  return lists
}
