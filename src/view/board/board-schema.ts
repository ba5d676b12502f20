import { z } from 'zod';
import type { Board } from './board.js';
import type { Section } from './section.js';

const text = z.string();
const texts = z.array(text);
const number = z.number();
const figure = number.nullable();
const trend = z.array(figure);
const truth = z.boolean();

function section<T>(value: z.ZodType<T>): z.ZodType<Section<T>> {
  return z.object({
    source: z.enum([
      'engine',
      'Redis',
      'PostgreSQL',
      'streams on disk',
      'state directory',
      'doctor reports',
      'engine log',
    ]),
    value: value.nullable(),
    asOfMs: figure,
    everyMs: number.positive(),
    down: z.object({ sinceMs: number, why: text }).nullable(),
  });
}

const LINK = z.object({
  name: z.enum(['engine', 'Redis', 'PostgreSQL']),
  state: z.enum(['up', 'down', 'not used', 'not asked']),
  latencyMs: figure,
  sinceMs: figure,
  why: text,
});

const CONTROL = z.object({
  ...{ mode: text, level: text, scopes: z.array(z.object({ scope: text, level: text })) },
  ...{ epoch: number, reason: text, message: text, operator: text, atMs: figure },
  ...{ ordersTo: text, openOrders: figure, openPositions: figure, watchdog: text },
  places: z.array(z.object({ name: text, level: text, epoch: figure, words: text })),
});

const PANEL = z.object({
  name: text,
  row: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  value: figure,
  unit: z.enum(['count', 'per second', 'seconds', 'up', 'breaker']),
  state: z.enum(['good', 'warn', 'bad', 'idle', 'unknown']),
  note: text,
  trend,
});

const FIGURES = z.object({
  panels: z.array(PANEL),
  flow: z.array(
    z.object({
      name: z.enum(['trades', 'signals', 'approved', 'blocked', 'filled']),
      perSec: figure,
      trend,
    }),
  ),
  execution: z.object({ received: figure, filled: figure, rejected: figure }),
});

const STREAM = z.object({
  ...{ name: text, exists: truth, length: number, lengthMax: figure, isCapped: truth },
  ...{ inPerSec: figure, lagEntries: figure, pendingEntries: figure, lastAtMs: figure },
  ...{ bytes: figure, newestId: text.nullable(), trend },
});

const BLOCKS = z.object({
  ...{ windowMs: figure, blocked: number, allowed: number, lastAllowAtMs: figure, pattern: text },
  codes: z.array(
    z.object({
      ...{ code: text, count: number, shareFraction: number, lastAtMs: figure },
      ...{ meaning: text, todo: text, trend },
    }),
  ),
  rows: z.array(
    z.object({
      ...{ decisionId: text, atMs: number, symbol: text, side: text, code: text },
      ...{ meaning: text, detail: text, strategyId: text },
    }),
  ),
});

const FILLS = z.object({
  fills: z.array(
    z.object({
      ...{ fillId: text, orderId: text, atMs: number, symbol: text, side: text, status: text },
      ...{ qty: text, price: text, slippageBps: text.nullable(), fee: text },
      ...{ realizedPnl: text.nullable(), strategyId: text },
    }),
  ),
  total: number,
  orders: z.array(
    z.object({
      ...{ orderId: text, atMs: figure, symbol: text, side: text },
      ...{ qty: text, price: text, state: text },
    }),
  ),
  whyNone: text,
});

const STAGES = z.object({
  ...{ word: text, reasons: texts, notes: texts },
  stages: z.array(
    z.object({
      name: text,
      word: z.enum(['OK', 'STALLED', 'IDLE', 'UNKNOWN']),
      ...{ reason: text, causes: figure, effects: figure, causeAtMs: figure, effectAtMs: figure },
    }),
  ),
  latencies: z.array(
    z.object({ step: text, p50Ms: figure, p95Ms: figure, p99Ms: figure, count: number }),
  ),
  engines: z.array(
    z.object({
      ...{ name: text, roles: texts, state: text, isWell: truth, heartbeatAtMs: figure },
      ...{ cpuFraction: figure, rssBytes: figure, startedAtMs: figure, restarts: number },
      note: text,
    }),
  ),
});

const DOCTOR = z.object({
  ...{ verdict: text, finishedAtMs: number, nextStep: text, needsGate: text, path: text },
  counts: z.array(z.object({ status: text, count: number })),
  findings: z.array(
    z.object({
      ...{ id: text, group: text, level: text, status: text },
      ...{ says: text, why: text, remedy: text },
    }),
  ),
});

const PERMISSIONS = z.object({
  gates: z.array(z.object({ scope: text, until: figure, by: text, reason: text })),
  canary: texts,
  readiness: z
    .object({ verdict: text, items: z.array(z.object({ item: text, status: text, words: text })) })
    .nullable(),
});

const BOARD: z.ZodType<Board> = z.object({
  ...{ atMs: number, where: text, isOwnEngine: truth, links: z.array(LINK) },
  control: section(CONTROL),
  figures: section(FIGURES),
  streams: section(z.array(STREAM)),
  blocks: section(BLOCKS),
  fills: section(FILLS),
  stages: section(STAGES),
  doctor: section(DOCTOR),
  permissions: section(PERMISSIONS),
  ledger: section(
    z.array(z.object({ seq: number, atMs: number, who: text, what: text, why: text })),
  ),
  log: section(z.array(z.object({ seq: number, atMs: figure, level: text, from: text, text }))),
  events: z.array(
    z.object({ seq: number, atMs: number, from: text, text, isBad: truth, count: number }),
  ),
});

/** @returns the fault in few words where it is none */
export function readBoard(value: unknown): { readonly board: Board } | { readonly fault: string } {
  const read = BOARD.safeParse(value);
  if (read.success) return { board: read.data };
  const { path = [], message = '' } = read.error.issues[0] ?? {};
  return { fault: `${path.join('.') || 'the board'}: ${message}` };
}
