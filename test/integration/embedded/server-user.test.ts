import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  canReach,
  chooseServerUser,
  parsePasswdLine,
  runAs,
} from '../../../src/adapters/embedded/server-user.js';

const IS_ROOT = process.getuid?.() === 0;
const postgres = { name: 'postgres', uid: 101, gid: 104 };
const nobody = { name: 'nobody', uid: 65_534, gid: 65_534 };

describe('chooseServerUser', () => {
  it('prefers postgres to nobody, and is needed by root only', () => {
    const user = chooseServerUser('/no/such/pg', () => [nobody, postgres]);
    expect(user).toEqual(IS_ROOT ? postgres : null);
  });

  it('says what to do when root has no user to switch to', () => {
    const choose = () => chooseServerUser('/no/such/pg', () => [{ name: 'root', uid: 0, gid: 0 }]);
    if (IS_ROOT) expect(choose).toThrow(expect.objectContaining({ code: 'CDB-E0402' }) as Error);
    else expect(choose()).toBeNull();
  });

  it('refuses data that belong to root', () => {
    const mine = mkdtempSync(join(tmpdir(), 'cdb-user-'));
    const choose = () => chooseServerUser(mine, () => [postgres]);
    if (IS_ROOT) expect(choose).toThrow(expect.objectContaining({ code: 'CDB-E0404' }) as Error);
    else expect(choose()).toBeNull();
    rmSync(mine, { recursive: true });
  });
});

describe('parsePasswdLine', () => {
  it('reads name and numbers, and passes over what is no entry', () => {
    expect(parsePasswdLine('postgres:x:101:104:PG,,,:/var/lib:/bin/sh')).toEqual([postgres]);
    expect(parsePasswdLine('')).toEqual([]);
    expect(parsePasswdLine('broken:x:one:two')).toEqual([]);
  });
});

describe('runAs', () => {
  it('gives the program none of our environment, and its input', async () => {
    const result = await runAs(null, ['/bin/sh', '-c', 'cat; echo "$HOME $PWD $LC_ALL"; exit 3'], {
      timeoutMs: 10_000,
      input: 'hello ',
    });
    expect(result).toEqual({ status: 3, output: 'hello  / C\n' });
  });

  it('ends a program that takes too long', async () => {
    const result = await runAs(null, ['/bin/sh', '-c', 'read -r line'], { timeoutMs: 10_000 });
    expect(result.status).toBe(1);
    const endless = await runAs(null, ['/bin/sh', '-c', 'while :; do :; done'], { timeoutMs: 50 });
    expect(endless.status).toBeNull();
  });
});

describe('canReach', () => {
  it('tries it out', async () => {
    expect(await canReach(null, '/')).toBe(true);
    expect(await canReach(null, '/no/such/directory')).toBe(false);
  });
});
