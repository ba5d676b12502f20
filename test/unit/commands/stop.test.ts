import { describe, expect, it } from 'vitest';
import type { OperatorPorts } from '../../../src/commands/operator-ports.js';
import { ParsedOptions, type OptionValue } from '../../../src/commands/parsed-options.js';
import { run } from '../../../src/commands/stop.js';
import type { EngineAnswer, EngineHolder } from '../../../src/engine/ports/engine-client.js';
import { EXIT } from '../../../src/operator-error.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { fakeOperator } from '../../fakes/fake-operator-ports.js';

const HOLDER: EngineHolder = { pid: 4182, startedAtMs: 5, socketPath: '/run/cdb.sock' };
const ACCEPTED: EngineAnswer = { state: 'answered', status: 200, body: { accepted: true } };
const SILENT: EngineAnswer = { state: 'silent', why: 'no answer', pid: 4182 };
const options = (values: Record<string, OptionValue> = {}) => new ParsedOptions(values);

/** An engine that ends `dies` after it was asked, or on one of the signals. */
function engine(
  answer: EngineAnswer,
  dies: { readonly afterLooks?: number; readonly on?: 'SIGTERM' | 'SIGKILL' },
) {
  const signals: string[] = [];
  let looks = 0;
  let dead = false;
  const process: OperatorPorts['process'] = {
    holder: () => {
      looks += 1;
      return dead || looks > (dies.afterLooks ?? Infinity) ? null : HOLDER;
    },
    signal: (holder, name) => {
      signals.push(`${name} ${holder.pid}`);
      dead = name === dies.on;
      return true;
    },
  };
  const services = fakeOperator({ process }, () => answer);
  return { services, signals };
}

describe('stop', () => {
  it('has nothing to do when nothing runs, and that is no error', async () => {
    const io = fakeCommandIo();
    expect(await run(options(), io, fakeOperator())).toBe(EXIT.OK);
    expect(io.out.join('')).toBe('nothing to stop: no engine holds ./.cdb\n');
  });

  it('asks, waits for the drain and sends no signal', async () => {
    const { services, signals } = engine(ACCEPTED, { afterLooks: 4 });
    const io = fakeCommandIo();
    expect(await run(options(), io, services)).toBe(EXIT.OK);
    expect(services.asked).toMatchObject([{ method: 'POST', path: '/intents' }]);
    expect(services.asked[0]?.body).toMatchObject({ intent: 'stop' });
    expect(signals).toEqual([]);
    expect(io.out.join('')).toMatch(/^stopped: drained and ended after/);
  });

  it('sends SIGTERM when the grace is over', async () => {
    const { services, signals } = engine(ACCEPTED, { on: 'SIGTERM' });
    expect(await run(options({ graceMs: 100 }), fakeCommandIo(), services)).toBe(EXIT.OK);
    expect(signals).toEqual(['SIGTERM 4182']);
  });

  it('sends SIGTERM at once when nobody takes the request', async () => {
    const { services, signals } = engine(SILENT, { on: 'SIGTERM' });
    const io = fakeCommandIo();
    expect(await run(options(), io, services)).toBe(EXIT.OK);
    expect(signals).toEqual(['SIGTERM 4182']);
    expect(io.err.join('')).toContain('pid 4182 takes no request (no answer): SIGTERM');
  });

  it('kills what ignores SIGTERM, and says so with exit 7', async () => {
    const { services, signals } = engine(SILENT, { on: 'SIGKILL' });
    const io = fakeCommandIo();
    expect(await run(options({ graceMs: 100 }), io, services)).toBe(EXIT.TIMEOUT);
    expect(signals).toEqual(['SIGTERM 4182', 'SIGKILL 4182']);
    expect(io.out.join('')).toContain('KILLED');
  });

  it('never signals a draining engine with --drain', async () => {
    const { services, signals } = engine(ACCEPTED, {});
    const stopped = run(options({ drain: true }), fakeCommandIo(), services);
    await expect(stopped).rejects.toMatchObject({ code: 'CDB-E0707', exit: EXIT.TIMEOUT });
    expect(signals).toEqual([]);
  });

  it('reports an engine that cannot be asked to drain instead of signalling it', async () => {
    const { services, signals } = engine(SILENT, {});
    const stopped = run(options({ drain: true }), fakeCommandIo(), services);
    await expect(stopped).rejects.toMatchObject({ exit: EXIT.UNREACHABLE });
    expect(signals).toEqual([]);
  });

  it('sends SIGTERM to an engine that refuses to stop', async () => {
    const { services, signals } = engine(
      { state: 'answered', status: 500, body: {} },
      { on: 'SIGTERM' },
    );
    expect(await run(options(), fakeCommandIo(), services)).toBe(EXIT.OK);
    expect(signals).toEqual(['SIGTERM 4182']);
  });

  it('does not let --timeout become a reason for a signal', async () => {
    const { services, signals } = engine(ACCEPTED, {});
    const io = fakeCommandIo({ deadline: AbortSignal.abort() });
    await expect(run(options(), io, services)).rejects.toMatchObject({ exit: EXIT.TIMEOUT });
    expect(signals).toEqual([]);
  });

  it('leaves an engine alone that took the directory over', async () => {
    let looks = 0;
    const process: OperatorPorts['process'] = {
      holder: () => ({ ...HOLDER, pid: (looks += 1) > 2 ? 9_999 : HOLDER.pid }),
      signal: () => {
        throw new Error('no signal may be sent');
      },
    };
    const services = fakeOperator({ process }, () => ACCEPTED);
    expect(await run(options(), fakeCommandIo(), services)).toBe(EXIT.OK);
  });

  it('gives up with exit 7 on a process that survives everything', async () => {
    const { services } = engine(SILENT, {});
    const stopped = run(options({ graceMs: 50 }), fakeCommandIo(), services);
    await expect(stopped).rejects.toMatchObject({ code: 'CDB-E0707', exit: EXIT.TIMEOUT });
  });

  it('says what was left', async () => {
    const { services } = engine(ACCEPTED, { afterLooks: 2 });
    const ports = await services.operator(options(), fakeCommandIo());
    const last = { seed: 42, seqJournaled: 9, seqCommitted: 9, spoolBatches: 0 };
    const run1 = { runId: 'r', mode: 'paper', feed: 'f', startedAtMs: 0, endedAtMs: 1, ...last };
    const io = fakeCommandIo();
    await run(options(), io, { operator: async () => ({ ...ports, lastRun: async () => run1 }) });
    expect(io.out.join('')).toContain('left: nothing: 9 inputs journaled, all committed');
  });
});
