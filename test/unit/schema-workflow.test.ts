import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { COMMANDS, GLOBAL_OPTIONS } from '../../src/commands/command-table.js';
import { readDatabaseUrl } from '../../src/config/database-url.js';
import { judgeCommand } from './schema-workflow/judge-command.js';

const FILE = join(import.meta.dirname, '../../.github/workflows/schema.yml');

const step = z.strictObject({
  name: z.string().optional(),
  uses: z
    .string()
    .regex(/^[\w-]+\/[\w-]+@v\d+$/)
    .optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  run: z.string().optional(),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.strictObject({ pull_request: z.null(), workflow_dispatch: z.null() }),
  permissions: z.strictObject({ contents: z.literal('read') }),
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.literal(true) }),
  jobs: z.strictObject({
    drift: z.strictObject({
      'runs-on': z.string(),
      'timeout-minutes': z.number().max(15),
      services: z.strictObject({
        postgres: z.strictObject({
          image: z.string().regex(/^postgres:1[4-8]$/),
          env: z.record(z.string(), z.string()),
          ports: z.tuple([z.literal('5432:5432')]),
          options: z.string().includes('--health-cmd'),
        }),
      }),
      env: z.record(z.string(), z.string()),
      steps: z.array(step),
    }),
  }),
});

const { jobs } = workflow.parse(parse(readFileSync(FILE, 'utf8')));
const { drift } = jobs;

test('its commands are those of this build', () => {
  const commands = drift.steps.flatMap(({ run }) => run ?? []).filter((run) => run !== 'npm ci');
  const table = { commands: COMMANDS, globalOptions: GLOBAL_OPTIONS };
  expect(commands.map((run) => judgeCommand(run, table))).toEqual([
    'contracts check',
    'migrate up',
    'drift',
  ]);
});

test('its URL is that of its service', () => {
  const read = readDatabaseUrl(drift.env['CDB_DATABASE_URL'] ?? '');
  const {
    POSTGRES_USER: user,
    POSTGRES_PASSWORD: password,
    POSTGRES_DB: database,
  } = drift.services.postgres.env;
  expect(read).toMatchObject({
    ok: true,
    address: { host: '127.0.0.1', port: 5432, user, password, database },
  });
});
