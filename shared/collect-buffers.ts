import { setFlagsFromString } from 'node:v8'

/** Of buffers, V8 takes four times as much: two halves of its young space, doubled on 64 bits. */
const YOUNG_MIB = 4

/**
 * Has V8 collect buffers that lie outside its heap early and at little cost. Each 64 KiB of footage
 * that come from storage leave two of them behind, the socket's and the copy that Node's HTTP parser
 * makes of it, and both are dead within milliseconds.
 * By itself V8 looks after dead ones among the young when they are 128 MiB: a process was that much
 * larger, and the larger the more had passed. Now it does at 16 MiB, in two or three milliseconds.
 * And by itself it collects the whole heap, all modules included, for every 64 MiB of buffers: that
 * was more than half of the CPU time. They are counted together with the heap now: the limit is one
 * for both and grows with what lives, not with what has passed.
 * A V8 that has no such flag says so and goes on as before.
 */
export function collectBuffersEarly(): void {
  setFlagsFromString(`--scavenger-max-new-space-capacity-mb=${YOUNG_MIB}`)
  setFlagsFromString('--external-memory-accounted-in-global-limit')
}
