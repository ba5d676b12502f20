import { describe, expect, it } from 'vitest';
import { factLog } from '../../../../src/main/engine/fact-log.js';
import type { LogLevel } from '../../../../src/engine/ports/logger.js';
import { listLogger } from '../../../fakes/list-logger.js';
import { FACTS } from '../../engine/domain/wire/facts.js';

function logAt(level: LogLevel) {
  const log = listLogger(level);
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep: async () => undefined };
  return {
    log,
    facts: factLog(log, clock),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('factLog', () => {
  it('writes what moved money or stopped it, at the level that it deserves', () => {
    const { log, facts } = logAt('info');
    for (const fact of Object.values(FACTS)) facts.note(fact);
    const areas = log.lines.map(({ level, area }) => `${level} ${area}`);
    expect(areas).toContain('info fill');
    expect(areas.some((area) => area.endsWith(' control'))).toBe(true);
    expect(areas.some((area) => area.endsWith(' alert'))).toBe(true);
    expect(areas.filter((area) => / (risk|candle|regime|signal)$/.test(area))).toEqual([]);
  });

  it('raises its voice with the level of an alert and with a restriction', () => {
    const { log, facts } = logAt('debug');
    facts.note({ ...FACTS.AlertRaised, level: 'CRITICAL' });
    facts.note({ ...FACTS.ControlApplied, level: 'HALTED' });
    facts.note({ ...FACTS.ControlApplied, level: 'TRADING' });
    expect(log.lines.map(({ level }) => level)).toEqual(['error', 'warn', 'info']);
  });

  it('names who changed the level and why', () => {
    const { log, facts } = logAt('info');
    facts.note({ ...FACTS.ControlApplied, operator: 'ann', reason: 'manual', message: 'gap' });
    expect(log.lines[0]?.fields).toMatchObject({ operator: 'ann', reason: 'manual', text: 'gap' });
  });

  it('sums decisions and refused trades up once a minute, by reason', () => {
    const { log, facts, pass } = logAt('info');
    for (let n = 0; n < 3; n += 1) facts.note(FACTS.RiskDecided);
    facts.note({ ...FACTS.RiskDecided, decision: 'ALLOW', reasonCode: null });
    facts.note({ ...FACTS.TradeRefused, fault: 'late' });
    expect(log.lines).toEqual([]);
    pass(60_000);
    facts.note(FACTS.RiskDecided);
    expect(log.lines).toMatchObject([
      {
        message: 'decided',
        fields: { in_ms: 60_000, BLOCK_RC_002: 3, ALLOW: 1, trade_late: 1 },
      },
    ]);
    facts.flush();
    expect(log.lines.at(-1)?.fields).toMatchObject({ in_ms: 0, BLOCK_RC_002: 1 });
    facts.flush();
    expect(log.lines).toHaveLength(2);
  });

  it('has every decision at debug', () => {
    const { log, facts } = logAt('debug');
    facts.note(FACTS.RiskDecided);
    expect(log.lines[0]).toMatchObject({ level: 'debug', area: 'risk' });
    expect(log.lines[0]?.message).toContain('RC_002');
  });

  it('is bounded in a second, and says how much it left out', () => {
    const { log, facts, pass } = logAt('info');
    for (let n = 0; n < 500; n += 1) facts.note(FACTS.OrderFilled);
    facts.note({ ...FACTS.ControlApplied, level: 'HALTED' });
    expect(log.lines).toHaveLength(51);
    expect(log.lines.at(-1)).toMatchObject({ level: 'warn', area: 'control' });
    pass(1_000);
    facts.note(FACTS.OrderFilled);
    expect(log.lines.at(-2)).toMatchObject({ fields: { lines_left_out: 450 } });
    expect(log.lines.at(-1)).toMatchObject({ area: 'fill' });
  });
});
