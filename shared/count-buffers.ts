import { setFlagsFromString } from 'node:v8'

/**
 * Has V8 count the buffers that lie outside its heap together with the heap. By itself it collects
 * the whole heap, all modules included, for every 64 MiB of buffers: where footage passes through,
 * that was more than half of the CPU time of a process. Memory stays bounded: the limit is one for
 * both and grows with what lives, not with what has passed. A V8 that has no such flag says so and
 * goes on as before.
 */
export function countBuffersWithHeap(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit')
}
