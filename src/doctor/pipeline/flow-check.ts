import { check, evidence, notExamined, skip, type Check, type Judgement } from '../check.js';
import type { Readings } from '../facts.js';
import { agoText, durationText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import type { CounterHistory } from './facts.js';
import { grown } from './grown.js';
import { valueOf } from './growth.js';
import { engineOf, withStarts, type Read } from './verdicts.js';
import { whyNoOrder } from './why-no-order.js';

const STAGES = [
  { name: 'ws', anyOf: [['*.decoded_messages_total'], ['*.redis_publish_total']] },
  { name: 'signal', anyOf: [['*.signals_generated_total'], ['stream.signals']] },
  { name: 'risk', anyOf: [['*.orders_blocked_total', '*.orders_approved_total']] },
  { name: 'execution', anyOf: [['*.execution_orders_received_total'], ['stream.orders']] },
] as const;

/** The good news: what stands still is told by the check of its pair. */
export const FLOW_CHECK: Check = check({
  id: 'pipeline.flow',
  group: 'pipeline',
  level: 'P1',
  title: 'the whole path moves, from the websocket to execution',
  matters: 'only effects that follow each other show that the system works',
  components: [],
  needs: ['counters'],
  looks: ['engine', 'trading', 'logs', 'containers'],
  windowMs: 3_600_000,
  examine: ({ counters }, { nowMs, readings }) =>
    ownFlow(readings, nowMs) ?? stackFlow(withStarts(counters, readings, nowMs), readings, nowMs),
});

function ownFlow(readings: Readings, nowMs: number): Judgement | null {
  const engine = engineOf(readings);
  if (engine === null) return null;
  const { word, reasons, counts } = engine.value;
  if (word !== 'EFFECTS FLOW') return skip(`the engine says ${word}: ${reasons.join('; ')}`);
  const says = `effects flow from feed to audit, last trade ${counts['trades']?.lastText(nowMs) ?? 'unknown'}`;
  const { source } = engine;
  const { observedAtMs } = engine.value;
  return { status: 'OK', says, evidence: [{ what: `word ${word}`, source, observedAtMs }] };
}

function stackFlow(counters: Read<CounterHistory>, readings: Readings, nowMs: number): Judgement {
  const history = counters.value;
  const stages = STAGES.map(({ name, anyOf }) => ({ name, moved: grown(history, anyOf, nowMs) }));
  const why = whyNoOrder(history, readings, nowMs);
  const isExplained = (name: string) => name === 'execution' && why !== null;
  const unknown = stages.filter(({ name, moved }) => moved === null && !isExplained(name));
  if (unknown.length > 0) {
    return notExamined(`nothing counts ${unknown.map(({ name }) => name).join(', ')}`);
  }
  const still = stages.filter(({ name, moved }) => moved?.count === 0 && !isExplained(name));
  if (still.length > 0) {
    const names = still.map(({ name }) => name).join(', ');
    return skip(`no movement in ${names}: the checks of its pairs say whether that is well`);
  }
  const what = stages
    .map(
      ({ name, moved }) =>
        `${name} +${countText(moved?.count ?? 0)} in ${durationText(moved?.spanMs ?? 0)}`,
    )
    .join(', ');
  const lastAtMs = valueOf(history, '*.last_message_ts_ms');
  const last = lastAtMs === null || lastAtMs <= 0 ? '' : `, last trade ${agoText(lastAtMs, nowMs)}`;
  const note =
    stages.at(-1)?.moved?.count === 0 ? ` (nothing reaches execution: ${why ?? ''})` : '';
  return {
    status: 'OK',
    says: `${STAGES.map(({ name }) => name).join(' -> ')} moving${last}${note}`,
    evidence: [evidence(counters, what)],
  };
}
