import { expect, it } from 'vitest'
import { inParallel } from '../../shared/in-parallel.ts'

it('keeps the order, and does no more at once than it is told', async () => {
  let [running, most] = [0, 0]
  const results = await inParallel(3, [5, 4, 3, 2, 1], async (item) => {
    running += 1
    most = Math.max(most, running)
    for (let turn = 0; turn < item; turn += 1) await Promise.resolve()
    running -= 1
    return item * 10
  })
  expect(results).toEqual([50, 40, 30, 20, 10])
  expect(most).toBe(3)
})

it('has ended all that it began when it fails, and begins nothing more', async () => {
  const ended: number[] = []
  const work = async (item: number) => {
    if (item === 1) throw new Error('one fails')
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
    ended.push(item)
  }
  await expect(inParallel(3, [1, 2, 3, 4], work)).rejects.toThrow('one fails')
  expect(ended).toEqual([2, 3])
})
