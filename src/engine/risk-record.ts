import { z } from 'zod';
import type { RiskEvidence } from './domain/events.js';
import type { RiskLimits } from './stages/risk-checks.js';

/** What the layers judged and by which limits, as the payload of a decision's row has it. */
export function riskMembers(
  evidence: RiskEvidence,
  limits: RiskLimits,
): Readonly<Record<string, unknown>> {
  return { risk: snakeMembers(evidence), risk_limits: limitMembers(limits) };
}

/** The limits change with the configuration, the decisions under them are many. */
const written = new WeakMap<RiskLimits['risk'], unknown>();

function limitMembers({ risk, breaker }: RiskLimits): unknown {
  const known = written.get(risk);
  if (known !== undefined) return known;
  const members = { risk: snakeMembers(risk), breaker: snakeMembers(breaker) };
  written.set(risk, members);
  return members;
}

/** @returns null for a row that has no such record, as those of earlier builds */
export function readRiskEvidence(payload: unknown): RiskEvidence | null {
  const read = EVIDENCE.safeParse(camelMembers(member(payload, 'risk')));
  return read.success ? read.data : null;
}

export function readRiskLimits(payload: unknown): RiskLimits | null {
  const limits = member(payload, 'risk_limits');
  const read = LIMITS.safeParse({
    risk: camelMembers(member(limits, 'risk')),
    breaker: camelMembers(member(limits, 'breaker')),
  });
  return read.success ? read.data : null;
}

export function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function snakeMembers(members: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]: [string, unknown]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      typeof value === 'object' && value !== null ? snakeMembers(value) : value,
    ]),
  );
}

function camelMembers(members: unknown): unknown {
  if (typeof members !== 'object' || members === null) return members;
  return Object.fromEntries(
    Object.entries(members).map(([name, value]: [string, unknown]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camelMembers(value),
    ]),
  );
}

const amount = z.string().regex(/^-?\d{1,20}\.\d{8}$/);
const count = z.number().int().nonnegative();

const EVIDENCE = z.object({
  level: z.enum(['TRADING', 'REDUCING', 'HALTED']),
  mode: z.enum(['shadow', 'paper', 'canary', 'live']),
  origin: z.enum(['signal', 'unwind_reactive', 'unwind_proactive', 'flatten']),
  auditStalled: z.string().nullable(),
  regime: z.string(),
  stopped: z.boolean(),
  allocationFraction: z.number(),
  cooldownUntilSec: z.number().nullable(),
  breaker: z.enum(['daily_drawdown', 'error_rate', 'drawdown', 'loss', 'frequency']).nullable(),
  outcomes: count,
  outcomesFailed: count,
  ordersLastMin: count,
  drawdownFraction: z.number(),
  dailyDrawdownPp: z.number(),
  dailyPnlUsdt: amount,
  equityUsdt: amount,
  reducibleQty: amount,
  totalExposureUsdt: amount,
  longQty: amount,
  shortQty: amount,
  worstPrice: amount,
  canary: z
    .object({
      isActive: z.boolean(),
      symbol: z.string(),
      openOrders: count,
      openOrdersMax: count,
      ordersSent: count,
      ordersMax: count,
      cooldownLeftMs: z.number(),
      notionalPerOrderUsdt: amount,
      notionalSentUsdt: amount,
      notionalTotalUsdt: amount,
    })
    .exactOptional(),
});

const LIMITS = z.object({
  risk: z.object({
    balanceUsdt: z.number(),
    maxPositionFraction: z.number(),
    maxTotalExposureFraction: z.number(),
    maxDailyDrawdownFraction: z.number(),
    stopLossFraction: z.number(),
    earlyLiveMaxAllocFraction: z.number(),
    priceBoundBps: z.number(),
    autoUnwind: z.boolean(),
  }),
  breaker: z.object({
    errorRateMaxFraction: z.number(),
    errorRateOrdersMin: z.number(),
    drawdownMaxFraction: z.number(),
    lossMaxFraction: z.number(),
    ordersPerMinMax: z.number(),
    confirmBreaches: z.number(),
    confirmDecisions: z.number(),
  }),
});
