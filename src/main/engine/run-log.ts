import type { ControlHandlers } from '../../adapters/control-socket/routes.js';
import { openEngineLog, type EngineLog } from '../../adapters/files/engine-log.js';
import { BUILD } from '../../commands/build-info.js';
import { printableJson } from '../../commands/output/json-text.js';
import type { EngineOrder, PreflightStep } from '../../commands/services.js';
import { systemClock } from '../../adapters/system-clock.js';
import type { EngineStatus } from '../../engine/ports/engine-status.js';
import type { LogFields, Logger } from '../../engine/ports/logger.js';
import type { Recovered } from '../../engine/recovery.js';
import { factLog } from './fact-log.js';

export interface RunLog extends EngineLog {
  /** The order as it was, with everything that it is told written down too. */
  readonly order: EngineOrder;
  /** Writes what was counted and not told yet. */
  flush(): void;
}

/** The log of one engine. Until `own` it writes only where there is a directory for it already. */
export function openRunLog(directory: string, order: EngineOrder): RunLog {
  const { level, fileBytesMax, filesMax } = order.config.logs;
  const log = openEngineLog(directory, {
    level,
    fileBytesMax,
    filesMax,
    escape: printableJson,
    onTrouble: order.onNotice,
  });
  const facts = factLog(log, systemClock());
  return {
    ...log,
    order: {
      ...order,
      onStep: (step) => {
        logStep(log, step);
        order.onStep(step);
      },
      onCommitted: (fact) => {
        facts.note(fact);
        order.onCommitted(fact);
      },
      onNotice: (text) => {
        log.log('warn', 'notice', text);
        order.onNotice(text);
      },
    },
    flush: () => {
      facts.flush();
    },
  };
}

export function logStart(log: Logger, { config, mode, restart, launch }: EngineOrder): void {
  log.log('info', 'engine', 'starts', {
    pid: process.pid,
    version: BUILD.version,
    commit: BUILD.commit,
    node: process.version,
    mode,
    feed: config.feed.source,
    seed: config.run.seed,
    restart,
    state_dir: config.stateDir,
    detached: launch.detached,
  });
}

function logStep(log: Logger, { name, words, ms }: PreflightStep): void {
  log.log('info', 'preflight', `${name}: ${words}`, { took_ms: Math.round(ms) });
}

export function logRecovered(log: Logger, recovered: Recovered | null, continued: boolean): void {
  const message = continued ? 'runs: goes on where it was' : 'runs: new run';
  const fields = recovered !== null && {
    from_snapshot_seq: recovered.fromSnapshotSeq,
    inputs_folded: recovered.inputsFolded,
  };
  log.log('info', 'engine', message, { ...fields });
}

/** Who asks over the control socket is in the audit trail where it matters; that it was asked, here. */
export function loggedIntents(
  intent: ControlHandlers['intent'],
  log: Logger,
): ControlHandlers['intent'] {
  return (name, members) => {
    log.log('info', 'control', `asked over the control socket: ${name}`);
    return intent(name, members);
  };
}

export function statusFields(status: EngineStatus): LogFields {
  const { trades, allowed, blocked, outputs, audit, seqJournaled, seqCommitted } = status;
  return {
    trades: trades.count,
    allowed: allowed.count,
    blocked: blocked.count,
    fills: outputs.OrderFilled?.count ?? 0,
    seq_journaled: seqJournaled,
    seq_committed: seqCommitted,
    spool_batches: audit.spoolBatches,
    audit: audit.state,
    control_level: status.control.level,
    equity_usdt: status.portfolio.equityUsdt,
    rss_bytes: status.rssBytes,
    digest: status.digest,
  };
}
