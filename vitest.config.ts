import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests start processes of their own (storage, hosts, ffmpeg): two files at a time are enough.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Settings of this machine's user must not decide what a test finds.
    unstubEnvs: true,
    restoreMocks: true,
  },
})
