import { describe, expect, it } from 'vitest';
import { check, type Check, type Judgement } from '../../../src/doctor/check.js';
import { examine } from '../../../src/doctor/examine.js';
import { dayStatus, nextStep } from '../../../src/doctor/verdict.js';
import { HOST, NOW_MS, readingsWith, TEST_CLOCK } from './readings.js';

const OK: Judgement = {
  status: 'OK',
  says: 'all is well',
  evidence: [{ what: 'seen', source: 'test', observedAtMs: NOW_MS }],
};

function asked(examineFact: Check['examine'], more: Partial<Check> = {}): Check {
  return {
    ...check({
      id: 'host.test',
      group: 'host',
      level: 'P1',
      title: 'test',
      matters: 'test',
      components: ['host'],
      needs: ['host'],
      windowMs: 60_000,
      examine: () => OK,
    }),
    examine: examineFact,
    ...more,
  };
}

async function statusOf(...checks: readonly Check[]) {
  const findings = await found(...checks);
  return findings.map(({ status }) => status);
}

function found(...checks: readonly Check[]) {
  const readings = readingsWith({ host: HOST });
  return examine(checks, { readings, nowMs: NOW_MS, limitMs: 1_000, clock: TEST_CLOCK });
}

describe('examine', () => {
  it('takes an answer with fresh evidence as it is', async () => {
    const findings = await found(asked(() => OK));
    expect(findings).toMatchObject([{ status: 'OK', says: 'all is well' }]);
    expect(dayStatus(findings)).toBe('PASS');
  });

  it.each<[string, Check['examine'], string]>([
    [
      'throws',
      () => {
        throw new Error('no luck');
      },
      'CRASH',
    ],
    ['rejects', () => Promise.reject(new Error('no luck')), 'CRASH'],
    ['hangs', () => new Promise<Judgement>(() => undefined), 'TIMEOUT'],
    ['proves nothing', () => ({ ...OK, evidence: [] }), 'CRASH'],
    ['has old evidence', () => aged(60_001), 'STALE'],
    ['has evidence of the future', () => aged(-5_001), 'STALE'],
    ['has evidence without a time', () => aged(Number.NaN), 'STALE'],
  ])('never says OK of a check that %s', async (_, examineFact, status) => {
    const findings = await found(asked(examineFact));
    expect(findings.map((finding) => finding.status)).toEqual([status]);
    expect(dayStatus(findings)).toBe('FAIL');
    const milder = await found(asked(examineFact, { level: 'P2' }));
    expect(dayStatus(milder)).toBe('WARN');
  });

  it('makes a failure of P0 a blocker, also where only the case is of that level', async () => {
    const bad: Judgement = { status: 'FAIL', says: 'no', evidence: [] };
    expect(await statusOf(asked(() => bad))).toEqual(['FAIL']);
    expect(await statusOf(asked(() => bad, { level: 'P0' }))).toEqual(['BLOCKER']);
    expect(await statusOf(asked(() => ({ ...bad, level: 'P0' })))).toEqual(['BLOCKER']);
  });

  it('skips what an earlier failure explains, and says so', async () => {
    const cause = asked(() => ({ status: 'FAIL', says: 'it is away', evidence: [] }));
    const dependent = asked(() => OK, { id: 'host.other', after: ['host.test'] });
    const last = asked(() => OK, { id: 'host.last', after: ['host.other'] });
    const [first, second, third] = await found(last, dependent, cause);
    expect(third?.status).toBe('FAIL');
    expect(second?.says).toBe('needs host.test, which is FAIL: it is away');
    expect([first?.status, second?.status]).toEqual(['SKIP', 'SKIP']);
  });

  it('does not ask a check whose facts are not there', async () => {
    const readings = {
      ...readingsWith({}),
      host: { state: 'timeout', afterMs: 2_000, source: '/proc' },
    } as const;
    const examination = { readings, nowMs: NOW_MS, limitMs: 1_000, clock: TEST_CLOCK };
    const late = await examine([asked(() => OK)], examination);
    expect(late).toMatchObject([{ status: 'TIMEOUT', says: '/proc did not answer in 2000 ms' }]);
    const failed = {
      ...readings,
      host: { state: 'failed', why: 'EACCES', source: '/proc' },
    } as const;
    const broken = await examine([asked(() => OK)], { ...examination, readings: failed });
    expect(broken).toMatchObject([{ status: 'CRASH' }]);
    const none = await examine([asked(() => OK)], { ...examination, readings: readingsWith({}) });
    expect(none).toMatchObject([{ status: 'SKIP' }]);
    expect(dayStatus(none)).toBe('FAIL');
  });
});

function aged(ageMs: number): Judgement {
  const evidence = [{ what: 'seen', source: 'test', observedAtMs: NOW_MS - ageMs }];
  return { ...OK, evidence };
}

describe('the one next step', () => {
  const never = (): never => {
    throw new Error('obviously broken');
  };
  const mend = { does: 'mend it', command: 'cdb status', risk: 'none', gate: null };
  const warn = asked(() => ({ ...OK, status: 'WARN', remedy: mend }), { id: 'host.warns' });

  it.each([
    ['all that was examined is well', [asked(() => OK)], 'continue observation', null],
    [
      'what is unknown has no remedy',
      [asked(never)],
      'find out why host.test is CRASH',
      'host.test',
    ],
    ['another has one', [asked(never), warn], 'mend it', 'host.warns'],
    ['nothing was examined', [], 'find out why nothing was examined', null],
  ])('where %s', async (_, checks, does, finding) => {
    expect(nextStep(await found(...checks))).toMatchObject({ does, finding });
  });

  it('knows a judgement that nothing could be read for as unknown', async () => {
    const unread = asked(() => ({ status: 'UNKNOWN', says: 'no answer in time', evidence: [] }));
    expect(await found(unread)).toMatchObject([{ status: 'CRASH', says: 'no answer in time' }]);
  });
});
