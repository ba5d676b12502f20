import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { parseGate, readGateText } from '../../../src/adapters/gate/gate-text.js';
import { run as check } from '../../../src/commands/gate/check.js';
import { run as close } from '../../../src/commands/gate/close.js';
import { run as list } from '../../../src/commands/gate/list.js';
import { run as open } from '../../../src/commands/gate/open.js';
import { useGate } from '../../../src/commands/gate/use-gate.js';
import { ParsedOptions, type OptionValue } from '../../../src/commands/parsed-options.js';
import { deliveryGate } from '../../../src/main/operator/delivery-gate.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { gateFixture } from '../../fixtures/gate/read-gates.js';

const NAME = 'DELIVERY_APPROVED.yaml';

let place: string;
let env: Record<string, string>;
beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'cdb-gate-')));
  env = { HOME: place, USER: 'ops' };
});
afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

function git(...args: readonly string[]): string {
  const identity = ['-c', 'user.name=owner', '-c', 'user.email=owner@example.com'];
  return execFileSync('git', [...identity, '-C', place, ...args], { encoding: 'utf8' });
}

function commit(...files: readonly string[]): void {
  git('add', '--', ...files);
  git('commit', '-q', '-m', 'gate', '--', ...files);
}

async function call(
  run: typeof check,
  scope: string,
  more: Record<string, OptionValue> = {},
  cwd = place,
) {
  const io = fakeCommandIo({ cwd, env, nowMs: () => Date.now() });
  const options = { scope, ttlMs: 1_800_000, by: 'owner', reason: 'due', yes: true, ...more };
  const result = await run(new ParsedOptions(options), io, { deliveryGate }).then(
    (status) => ({ status, fault: null }),
    (fault: unknown) => ({ status: null, fault }),
  );
  return { ...result, out: io.out.join('') };
}

const text = (path = join(place, NAME)) => readFileSync(path, 'utf8');

function openScopes(): readonly (string | null)[] {
  const gate = parseGate(text());
  if (!gate.ok) throw new Error(gate.why);
  return gate.stated.openings.map(({ scope }) => scope).sort();
}

describe('in a repository', () => {
  beforeEach(() => {
    git('init', '-q', '-b', 'main');
  });

  it('an opening counts from its commit on, once, and for nobody who brings it back', async () => {
    expect((await call(open, 'migrations')).status).toBe(0);
    expect((await call(check, 'migrations')).out).toContain('is not committed: there is no commit');
    writeFileSync(join(place, 'x'), '');
    commit('x');
    expect((await call(check, 'migrations')).out).toContain('the newest commit has no such file');
    git('add', NAME);
    expect((await call(check, 'migrations')).status).toBe(1);
    commit(NAME);
    expect(await call(check, 'migrations')).toMatchObject({ status: 0 });
    expect((await call(check, 'live')).status).toBe(1);

    const io = fakeCommandIo({ cwd: place, env });
    const gate = await deliveryGate(new ParsedOptions({}), io);
    const use = { scope: 'migrations', command: 'cdb x', who: 'ops', nowMs: () => Date.now() };
    const used = await useGate(gate, { ...use, onNotice: () => undefined }, async () => {
      // Nobody else gets in while the effect lasts.
      expect((await call(check, 'migrations')).status).toBe(1);
      return 'done';
    });
    expect(used).toEqual({ result: 'done', isClosed: true });
    expect(text()).toContain('approved: false');
    git('checkout', '-q', '--', NAME);
    expect((await call(check, 'migrations')).out).toContain('used or closed already');
    expect([...gate.ledger.entries()].map(({ event }) => event.action)).toEqual([
      'gate opened',
      'gate used',
      'gate closed',
    ]);
  });

  it('what only the working copy or only the commit says opens nothing', async () => {
    await call(open, 'live');
    commit(NAME);
    const other = text().replaceAll('due', 'something else');
    writeFileSync(join(place, NAME), other);
    expect((await call(check, 'live')).status).toBe(1);
    git('checkout', '-q', '--', NAME);
    expect((await call(check, 'live')).status).toBe(0);
    writeFileSync(join(place, NAME), text().replace('approved: true', 'approved: false'));
    expect((await call(check, 'live')).status).toBe(1);
    rmSync(join(place, NAME));
    expect((await call(check, 'live')).out).toContain('does not exist');
  });

  it('is found from below, and a second one below has to be open too', async () => {
    const below = join(place, 'below');
    mkdirSync(below);
    await call(open, 'live', {}, below);
    commit(NAME);
    env['CDB_STATE_DIR'] = join(place, '.cdb');
    expect((await call(check, 'live', {}, below)).status).toBe(0);
    writeFileSync(join(below, NAME), gateFixture('docs-hub'));
    commit(join(below, NAME));
    expect((await call(check, 'live', {}, below)).status).toBe(1);
    expect((await call(list, 'live', {}, below)).out).toContain('do not say the same');
    expect((await call(check, 'live')).status).toBe(0);
  });

  it('all copies that are named are opened together, and one of them closes all', async () => {
    env['CDB_GATE_FILES'] = 'hub.yaml,repo.yaml';
    writeFileSync(join(place, 'hub.yaml'), gateFixture('docs-hub'));
    writeFileSync(join(place, 'repo.yaml'), gateFixture('working-repo-empty-approver'));
    expect((await call(open, 'live')).status).toBe(0);
    commit('hub.yaml');
    expect((await call(check, 'live')).status).toBe(1);
    commit('repo.yaml');
    expect((await call(check, 'live')).status).toBe(0);
    expect(text(join(place, 'hub.yaml'))).toContain('# one person, never a group');
    writeFileSync(join(place, 'hub.yaml'), gateFixture('docs-hub'));
    expect((await call(check, 'live')).status).toBe(1);
    expect((await call(close, 'live')).out).toContain('hub.yaml   CLOSED\nrepo.yaml   CLOSED\n');
  });

  it('a variable that names another repository changes nothing', async () => {
    await call(open, 'live');
    commit(NAME);
    process.env['GIT_DIR'] = '/nowhere';
    try {
      expect((await call(check, 'live')).status).toBe(0);
    } finally {
      delete process.env['GIT_DIR'];
    }
  });

  it('keeps mode and owner of the file', async () => {
    writeFileSync(join(place, NAME), gateFixture('working-repo-closed'));
    chmodSync(join(place, NAME), 0o664);
    const { uid } = statSync(join(place, NAME));
    await call(open, 'live');
    expect(statSync(join(place, NAME))).toMatchObject({ uid });
    expect(statSync(join(place, NAME)).mode & 0o777).toBe(0o664);
  });
});

test('without a repository, or without git, nothing is open, and it says why', async () => {
  await call(open, 'live');
  expect((await call(check, 'live')).out).toContain('it is in no git repository');
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    expect((await call(check, 'live')).out).toContain('there is no program "git"');
    expect((await call(list, 'live')).out).toContain(
      'WARN    DELIVERY_APPROVED.yaml is not committed',
    );
    expect((await call(close, 'live')).status).toBe(0);
  } finally {
    process.env['PATH'] = path;
  }
  expect(text()).toContain('approved: false');
});

test('a git that does not answer keeps nobody waiting, and opens nothing', async () => {
  env['CDB_GATE_FILES'] = NAME;
  await call(open, 'live');
  const bin = join(place, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'git'), '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
  const path = process.env['PATH'] ?? '';
  process.env['PATH'] = `${bin}:${path}`;
  try {
    expect((await call(check, 'live')).out).toContain('git gave no answer within 5 s');
  } finally {
    process.env['PATH'] = path;
  }
});

test.each([
  ['no YAML', 'delivery: [approved'],
  ['something else', 'approved: true\n'],
  ['two documents', 'delivery: {approved: true}\n---\n{}\n'],
])('a file that is %s is closed and never touched', async (_, damaged) => {
  writeFileSync(join(place, NAME), damaged);
  expect((await call(check, 'live')).status).toBe(1);
  expect((await call(list, 'live')).out).toContain('cannot be understood: closed');
  expect((await call(open, 'live')).fault).toMatchObject({ code: 'CDB-E0606', exit: 3 });
  const closing = await call(close, 'live');
  expect(closing).toMatchObject({ status: 4, out: expect.stringContaining('NOT CHANGED') });
  expect(text()).toBe(damaged);
});

test('a link or a directory in its place is closed and never followed', async () => {
  const target = join(place, 'target.yaml');
  writeFileSync(target, gateFixture('working-repo-closed'));
  symlinkSync(target, join(place, NAME));
  expect((await call(check, 'live')).out).toContain('it is a link');
  expect((await call(open, 'live')).fault).toMatchObject({ code: 'CDB-E0607', exit: 4 });
  expect(text(target)).toBe(gateFixture('working-repo-closed'));
  rmSync(join(place, NAME));
  mkdirSync(join(place, NAME));
  expect((await call(check, 'live')).out).toContain('it is no file');
});

test('many who open and close at once lose no change of each other', async () => {
  const scopes = Array.from({ length: 12 }, (_, index) => `s${index}`);
  const opened = await Promise.all(scopes.map((scope) => call(open, scope)));
  expect(opened.map(({ status }) => status)).toEqual(scopes.map(() => 0));
  expect(openScopes()).toEqual([...scopes].sort());
  const more = ['t0', 't1', 't2'];
  const [gone, kept] = [scopes.slice(0, 6), scopes.slice(6)];
  const changed = await Promise.all([
    ...gone.map((scope) => call(close, scope)),
    ...more.map((scope) => call(open, scope)),
  ]);
  expect(changed.map(({ status }) => status)).toEqual([...gone, ...more].map(() => 0));
  expect(openScopes()).toEqual([...kept, ...more].sort());
  expect(readGateText(text()).state).toBe('present');
  expect(readdirSync(place).filter((name) => name.includes('.tmp'))).toEqual([]);
});
