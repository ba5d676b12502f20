import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PLAN_TEMPLATE } from '../../../../src/commands/canary/plan-template.js';
import { judgePlan } from '../../../../src/engine/control/canary-plan.js';
import { decidedPlan } from '../../../fakes/canary-plan.js';

const FROM_MS = Date.UTC(2026, 1, 9, 15);
const PLAN = decidedPlan({ fromMs: FROM_MS });
type Plan = ReturnType<typeof decidedPlan>;

const faultsOf = (plan: unknown) => {
  const { planFaults, approvalFaults } = judgePlan(plan);
  return [...planFaults, ...approvalFaults];
};
const approval = (change: Partial<Plan['approval']>): Plan => ({
  ...PLAN,
  approval: { ...PLAN.approval, ...change },
});

describe('judgePlan', () => {
  it('takes a plan that decides everything', () => {
    const { plan, venue } = judgePlan(PLAN);
    expect(faultsOf(PLAN)).toEqual([]);
    expect(venue).toBe('paper');
    expect(plan).toMatchObject({
      terms: {
        symbol: 'BTCUSDT-PERP',
        ordersMax: 3,
        notionalPerOrderUsdt: '15.00000000',
        durationMs: 900_000,
      },
      windowFromMs: FROM_MS,
    });
  });

  it('names every field of the template, since none is decided', () => {
    const template = parse(PLAN_TEMPLATE) as Readonly<Record<string, object>>;
    const faults = faultsOf(template);
    const undecided = [
      ...Object.keys(template).filter((name) => !['format', 'approval'].includes(name)),
      ...Object.keys(template['approval'] ?? {})
        .filter((name) => name !== 'revoked')
        .map((name) => `approval.${name}`),
    ];
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(expect.arrayContaining(undecided));
    expect(faults).toHaveLength(undecided.length);
  });

  it.each(['TBD', '', '  ', null, undefined, '<fill in>', '??', 'tbd (ask ann)', '-', []])(
    'takes %j for undecided, in any field',
    (nothing) => {
      for (const name of Object.keys(PLAN).filter((one) => !['format', 'approval'].includes(one))) {
        expect(faultsOf({ ...PLAN, [name]: nothing }).join('\n')).toContain(
          `${name}: is undecided`,
        );
      }
      for (const name of ['operator', 'window_from_utc', 'approval_utc', 'revocation']) {
        const words = `approval.${name}: is undecided`;
        expect(faultsOf(approval({ [name]: nothing }))).toContain(words);
      }
    },
  );

  it.each<[string, Partial<Plan>]>([
    ['orders_max', { orders_max: 4 }],
    ['orders_max', { orders_max: 1 }],
    ['active_orders_max', { active_orders_max: 2 }],
    ['notional_total_usdt', { notional_total_usdt: 50.01 }],
    ['notional_per_order_usdt', { notional_per_order_usdt: 51 }],
    ['duration_sec', { duration_sec: 901 }],
    ['symbols', { symbols: ['A', 'B'] }],
    ['percent_first', { percent_first: 101 }],
    ['orders_max', { orders_max: 1.5 }],
    ['loss_max_usdt', { loss_max_usdt: 1e-12 }],
    ['order_types', { order_types: 'LIMIT' }],
  ])('refuses what is beyond a ceiling: %s', (name, change) => {
    expect(faultsOf({ ...PLAN, ...change }).some((fault) => fault.startsWith(`${name}:`))).toBe(
      true,
    );
  });

  it.each<[string, unknown]>([
    ['required credential_incident in it', ['monitoring_down']],
    ['required a list out of', ['credential_incident', 'kill_switch']],
    ['required a list out of', 'credential_incident'],
    ['is undecided', []],
  ])('takes no plan that reads as if all were watched: %s', (words, said) => {
    const faults = faultsOf({ ...PLAN, not_watched: said as string[] });
    expect(faults).toEqual([expect.stringContaining(`not_watched: ${words}`)]);
    expect(judgePlan(PLAN).plan?.notWatched).toEqual(['credential_incident']);
  });

  it('refuses an approval of something else, too early, too late or taken back', () => {
    const words = (plan: unknown) => faultsOf(plan).join('\n');
    expect(words({ ...PLAN, notional_total_usdt: 20 })).toContain('is not what the plan says');
    expect(words(approval({ statement: 'I approve' }))).toContain('approval.statement');
    expect(words(approval({ revoked: true }))).toContain('approval.revoked');
    expect(words(approval({ revoked: 'no' as unknown as boolean }))).toContain('approval.revoked');
    expect(words(approval({ start_utc: PLAN.approval.window_to_utc }))).toContain('not within');
    expect(words(approval({ approval_utc: '2027-01-01T00:00:00Z' }))).toContain('approval_utc');
    expect(words(approval({ window_from_utc: '09.02.2026 15:00' }))).toContain('UTC time');
  });

  it('never takes a file with a field that it does not know', () => {
    expect(faultsOf({ ...PLAN, orders_mx: 3 })).toEqual(['orders_mx: is no field of a plan']);
  });

  it('never throws, and decides nothing for anything else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(judgePlan(value).plan).toBeNull();
      }),
    );
  });
});
