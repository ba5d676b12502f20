import { describe, expect, it } from 'vitest';
import type { CommandIo } from '../../../src/commands/command-io.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { run } from '../../../src/commands/status.js';
import type { EngineAnswer } from '../../../src/engine/ports/engine-client.js';
import { DependencyError, EXIT } from '../../../src/operator-error.js';
import { systemView } from '../../../src/view/system-view.js';
import { systemViewJson } from '../../../src/view/view-json.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { fakeEngineStatus, NOW_MS } from '../../fakes/fake-engine-status.js';
import { fakeOperator } from '../../fakes/fake-operator-ports.js';
import { FakeTerminal } from '../../fakes/fake-terminal.js';

type Moment = 'runs' | 'stalled' | 'absent' | 'silent' | 'disk fault';

/** Watches through these moments, 5 s each, and is then told to end. */
async function watch(moments: readonly Moment[], overrides: Partial<CommandIo> = {}) {
  let at = 0;
  const nowMs = () => NOW_MS + at * 5_000;
  const io = fakeCommandIo({ nowMs, ...overrides });
  const answer = (): EngineAnswer => {
    const moment = moments[at];
    if (moment === 'silent') return { state: 'silent', why: 'no answer in time', pid: 7 };
    if (moment !== 'runs' && moment !== 'stalled') return { state: 'absent' };
    const status = fakeEngineStatus({ observedAtMs: nowMs() });
    const reason = 'the database has been away for a very long time by now';
    const audit = { ...status.audit, state: 'stalled', reason, sinceMs: nowMs() } as const;
    const view = systemView(moment === 'runs' ? status : { ...status, audit });
    const body: unknown = JSON.parse(JSON.stringify(systemViewJson(view)));
    return { state: 'answered', status: 200, body };
  };
  const slept: number[] = [];
  const services = fakeOperator(
    {
      clock: {
        nowMs,
        monotonicMs: () => 0,
        sleep: async (ms) => {
          slept.push(ms);
          at += 1;
          if (at === moments.length) io.stop('SIGINT');
        },
      },
      lastRun: () =>
        moments[at] === 'disk fault'
          ? Promise.reject(new DependencyError('no disk', { dependency: 'disk', retryable: true }))
          : Promise.resolve(null),
    },
    answer,
  );
  const exit = await run(new ParsedOptions({ watchMs: 5_000 }), io, services);
  return { io, exit, slept };
}

describe('status --watch', () => {
  it('prints one block an interval, a blank line between, and ends with 130 at Ctrl-C', async () => {
    const { io, exit, slept } = await watch(['runs', 'runs']);
    expect(exit).toBe(EXIT.SIGINT);
    expect(slept).toEqual([5_000, 5_000]);
    const [first = '', second = ''] = io.out;
    expect(io.out).toHaveLength(2);
    expect(first).toMatch(
      /^2026-02-09 15:30:00 UTC {3}every 5\.0 s, Ctrl-C ends this\ncdb +EFFECTS/,
    );
    expect(second).toMatch(/^\n2026-02-09 15:30:05 UTC /);
  });

  it('goes on without an engine: since when, and how old the last answer is', async () => {
    const { io } = await watch(['runs', 'absent', 'absent', 'runs']);
    expect(io.out[2]).toMatch(
      /^\n2026-02-09 15:30:10.*\ncdb NOT RUNNING[^]*seen {5}NOT RUNNING for 5\.0 s\n +last answer 10 s ago: EFFECTS FLOW\n$/,
    );
    expect(io.out[3]).toMatch(/\ncdb +EFFECTS FLOW/);
  });

  it('shows the last figures with their age while the engine does not answer', async () => {
    const { io } = await watch(['runs', 'silent', 'silent', 'silent']);
    expect(io.out[3]).toContain('cdb NO ANSWER for 10 s: Cannot reach the running engine:');
    expect(io.out[3]).toContain('last answer 15 s ago:\ncdb ');
    expect(io.out[3]).toMatch(/equity 10 012\.34.*\(STALE, as of 15 s ago\)/);
  });

  it('survives files that cannot be read now', async () => {
    const { io, exit } = await watch(['disk fault', 'runs']);
    expect(exit).toBe(EXIT.SIGINT);
    expect(io.out[0]).toContain('cdb NO ANSWER for 0.0 s: no disk\n');
    expect(io.out[0]).toContain('no answer so far in this watch');
  });

  it.each(['json', 'jsonl'] as const)(
    'gives one envelope an interval as %s',
    async (outputFormat) => {
      const { io } = await watch(['runs', 'silent', 'absent'], { outputFormat });
      const seen = io.out.map((line) => JSON.parse(line) as { schema: string; data: unknown });
      expect(seen.map(({ schema }) => schema)).toEqual(Array(3).fill('cdb.status/1'));
      expect(seen.map(({ data }) => data)).toMatchObject([
        { running: true, word: 'EFFECTS FLOW', watch: { state: 'running' } },
        {
          running: null,
          word: 'NO ANSWER',
          last_view: { word: 'EFFECTS FLOW' },
          watch: { since: '2026-02-09T15:30:05.000Z', last_answer_at: '2026-02-09T15:30:00.000Z' },
        },
        { running: false, word: 'NOT RUNNING', watch: { state: 'not running' } },
      ]);
    },
  );

  it('redraws in place on a terminal, at once when its size changes', async () => {
    const terminal = new FakeTerminal({ columns: 100, rows: 12 });
    let resized: () => void = () => undefined;
    const sizes: string[] = [];
    const { io } = await watch(['runs', 'runs', 'absent'], {
      stdoutIsTTY: true,
      env: { TERM: 'xterm' },
      terminalSize: () => terminal.size,
      stdout: (text) => {
        terminal.write(text);
        sizes.push(`${terminal.size.rows}: ${String(terminal.screen.at(-1))}`);
        if (sizes.length === 1) {
          terminal.resize({ columns: 60, rows: 8 }, { reflow: true });
          resized();
        }
        return true;
      },
      onResize: (listener) => {
        resized = listener;
        return () => {
          resized = () => undefined;
        };
      },
    });
    expect(io.err).toEqual([]);
    expect(sizes.slice(0, 2)).toEqual([
      expect.stringMatching(/^12: \.\.\. \d+ more lines: the terminal is too low$/),
      expect.stringMatching(/^8: \.\.\. \d+ more lines: the terminal is too low$/),
    ]);
    expect(terminal.screen[1]).toMatch(/^cdb NOT RUNNING/);
    expect(terminal.screen.at(-1)).toMatch(/last answer 5\.0 s ago/);
    expect(terminal.cursorShown && terminal.wraps).toBe(true);
  });

  it('has what is wrong at the top and in full, where the screen ends and lines are cut', async () => {
    const frames: string[][] = [];
    const terminal = new FakeTerminal({ columns: 40, rows: 12 });
    await watch(['stalled', 'silent'], {
      stdoutIsTTY: true,
      env: { TERM: 'xterm' },
      terminalSize: () => terminal.size,
      stdout: (text) => {
        terminal.write(text);
        frames.push([...terminal.screen]);
        return true;
      },
    });
    const words = (frame = 0, rows = 12) => frames[frame]?.slice(1, rows).join(' ');
    expect(words(0, 6)).toContain('the database has been away for a very long time by now');
    expect(words(1)).toContain('"cdb kill-switch engage" works without it');
  });

  it('does not redraw on a terminal that can do nothing', async () => {
    const { io } = await watch(['runs'], { stdoutIsTTY: true, env: { TERM: 'dumb' } });
    expect(io.out.join('')).not.toContain('\u001b');
  });

  it('ends quietly when the reader has gone', async () => {
    const io = fakeCommandIo({
      stdout: () => {
        io.stop('EPIPE');
        return false;
      },
      stdoutDrained: () => new Promise(() => undefined),
    });
    expect(await run(new ParsedOptions({ watchMs: 200 }), io, fakeOperator())).toBe(EXIT.OK);
  });
});
