import { check, evidence, notExamined, type Check, type Judgement, type Remedy } from '../check.js';
import { durationText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import type { CounterHistory } from './facts.js';
import { grown } from './grown.js';
import { sideOf, totalOf, valueOf } from './growth.js';
import { withStarts, type Read } from './verdicts.js';

const EVIDENCE_MS_MAX = 3_600_000;
/** A connected feed of a traded symbol brings something every second or two. */
const SILENT_MS_MAX = 60_000;
/** So many trades in so long a time without any signal are worth a word. */
const TRADES_MIN = 500;
const QUIET_MS_MIN = 600_000;

const logOf = (service: string): Remedy => ({
  does: `read the last hour of ${service}'s log, then restart only ${service}`,
  command: 'cdb doctor --group logs',
  risk: 'none: it only reads',
  gate: null,
});

const decodes = check({
  id: 'pipeline.ws_decoded',
  group: 'pipeline',
  level: 'P1',
  title: 'the connected websocket decodes what comes',
  matters: 'a connection that decodes nothing looks well on every screen, and no trade arrives',
  components: ['websocket'],
  needs: ['counters'],
  looks: ['containers'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ counters }, { nowMs, readings }) =>
    judgeFeed(withStarts(counters, readings, nowMs), nowMs),
});

function judgeFeed(counters: Read<CounterHistory>, nowMs: number): Judgement {
  const history = counters.value;
  const connected = valueOf(history, '*.ws_connected');
  const total = valueOf(history, '*.decoded_messages_total');
  const decoded = grown(history, [['*.decoded_messages_total']], nowMs);
  if (connected === null || total === null || decoded === null) {
    return notExamined('no service counts decoded frames');
  }
  const errors = grown(history, [['*.decode_errors_total']], nowMs)?.count ?? 0;
  const lastAtMs = valueOf(history, '*.last_message_ts_ms');
  const silentMs =
    lastAtMs !== null && lastAtMs > 0 ? nowMs - lastAtMs : decoded.count === 0 ? decoded.spanMs : 0;
  const words = `ws_connected ${connected}, ${countText(decoded.count)} frames decoded in ${durationText(decoded.spanMs)}, ${countText(errors)} errors`;
  const proof = [evidence(counters, words)];
  if (connected === 0) {
    const says = `the websocket is not connected; ${words}`;
    return { status: 'FAIL', says, evidence: proof, remedy: logOf('ws') };
  }
  if (silentMs > SILENT_MS_MAX && decoded.count === 0) {
    const says = `connected, and nothing decoded for ${durationText(silentMs)}: ${words}`;
    return { status: 'FAIL', says, evidence: proof, remedy: logOf('ws') };
  }
  if (errors > decoded.count) {
    const says = `more frames are unreadable than decoded: ${words}`;
    return { status: 'FAIL', says, evidence: proof, remedy: logOf('ws') };
  }
  return { status: 'OK', says: words, evidence: proof };
}

const signals = check({
  id: 'pipeline.trades_signals',
  group: 'pipeline',
  level: 'P1',
  title: 'trades still lead to signals',
  matters: 'a signal service that fails on every message reports ok and raises nothing, for days',
  components: ['signal'],
  needs: ['counters'],
  looks: ['containers'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ counters }, { nowMs, readings }) =>
    judgeSignals(withStarts(counters, readings, nowMs), nowMs),
});

const SIGNALS = [['*.signals_generated_total'], ['stream.signals']] as const;

function judgeSignals(counters: Read<CounterHistory>, nowMs: number): Judgement {
  const history = counters.value;
  const trades = grown(history, [['*.redis_publish_total']], nowMs);
  const raised = grown(history, SIGNALS, nowMs);
  if (trades === null || raised === null) {
    return notExamined('no source counts both trades and signals');
  }
  const errors = grown(history, [['*.signal_errors_total']], nowMs)?.count ?? 0;
  const counts = `${countText(trades.count)} trades published, ${countText(raised.count)} signals in ${durationText(trades.spanMs)}`;
  const proof = [evidence(counters, counts)];
  if (raised.count > 0) return { status: 'OK', says: counts, evidence: proof };
  if (errors > 0) {
    const says = `${counts}, and the signal service counts ${countText(errors)} errors`;
    return { status: 'FAIL', says, evidence: proof, remedy: logOf('signal') };
  }
  if (trades.count < TRADES_MIN || trades.spanMs < QUIET_MS_MIN) {
    return { status: 'OK', says: `idle: ${counts}`, evidence: proof };
  }
  // It has raised signals before: then silence is no property of the strategy.
  const ever = [...SIGNALS, ['rows.signals']].map((names) => {
    const side = sideOf(history, [names]);
    return side === null ? 0 : totalOf(side);
  });
  const wasActive = ever.some((count) => count > 0);
  const says = wasActive
    ? `${counts}, and there were signals before`
    : `${counts}, and none ever: a quiet strategy or a deaf service`;
  return {
    status: wasActive ? 'FAIL' : 'WARN',
    says,
    evidence: proof,
    remedy: logOf('signal'),
  };
}

const writes = check({
  id: 'pipeline.writer_failures',
  group: 'pipeline',
  level: 'P1',
  title: 'the writer of rows loses none',
  matters: 'a row whose insert failed once is not tried again: it is lost for good',
  components: ['database'],
  needs: ['counters'],
  looks: ['containers'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ counters: seen }, { nowMs, readings }) => {
    const counters = withStarts(seen, readings, nowMs);
    const failed = grown(counters.value, [['*.db_writer_events_failed_total']], nowMs);
    if (failed === null) return notExamined('no service counts failed writes');
    const says = `${countText(failed.count)} failed writes in ${durationText(failed.spanMs)}`;
    const proof = [evidence(counters, says)];
    if (failed.count === 0) return { status: 'OK', says, evidence: proof };
    return { status: 'FAIL', says, evidence: proof, remedy: logOf('db_writer') };
  },
});

export const FEED_CHECKS: readonly Check[] = [decodes, signals, writes];
