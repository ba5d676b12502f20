import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

interface ProjectOptions {
  readonly testTimeout: number;
  readonly buildFirst?: true;
}

const project = (name: string, { testTimeout, buildFirst }: ProjectOptions) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    setupFiles: ['test/property-seed.ts'],
    ...(buildFirst && { globalSetup: ['test/build-first.ts'] }),
  },
});

export default defineConfig({
  test: {
    // Most of the tests wait for servers and processes, so three share two cores well.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    projects: [
      project('unit', { testTimeout: 10_000 }),
      project('contract', { testTimeout: 60_000 }),
      project('integration', { testTimeout: 120_000 }),
      project('e2e', { testTimeout: 120_000, buildFirst: true }),
      project('chaos', { testTimeout: 600_000, buildFirst: true }),
    ],
  },
});
