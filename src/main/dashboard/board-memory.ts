import type { OperatorPorts } from '../../commands/operator-ports.js';
import type {
  BlocksBoard,
  Board,
  EventRow,
  FigureBoard,
  StreamRow,
} from '../../view/board/board.js';
import { blocksBoard, CodeHistory } from '../../view/board/blocks-board.js';
import { controlOfEngine, controlOfRegister } from '../../view/board/control-board.js';
import { CounterHistory } from '../../view/board/counter-history.js';
import type { EnginePush } from '../../view/board/engine-push.js';
import { eraOf, FigureHistory, type FigureFacts } from '../../view/board/figure-board.js';
import { fillsBoard } from '../../view/board/fills-board.js';
import { canaryLines } from '../../view/board/permission-board.js';
import type { Section } from '../../view/board/section.js';
import { stackCounts } from '../../view/board/stack-counts.js';
import { stagesOfEngine, stagesWithout } from '../../view/board/stages-board.js';
import { StreamHistory } from '../../view/board/stream-rows.js';
import { NOT_STARTED_HERE } from '../../view/stack-effects.js';
import { BLOCKS_WINDOW_MS, NOTHING_YET } from './audit-look.js';
import { boardLinks, type Links } from './board-links.js';
import { stackOrNull, type BoardParts } from './board-parts.js';
import type { EngineLink } from './engine-link.js';
import type { LogTail } from './log-tail.js';
import type { Down, Poll } from './poll.js';
import { remembered } from './remembered.js';

const TICK_MS = 1_000;
const CPU_WINDOW_MS = 5_000;
/** A report is old after 20 minutes and stale after 50. */
const REPORT_EVERY_MS = 600_000;
const LOG_EVERY_MS = 1_000;
const NO_DATABASE = 'no engine runs, and its database is started for no look';

/** Everything that a board is put together from. */
export interface BoardFacts {
  readonly ports: OperatorPorts;
  readonly link: EngineLink;
  readonly log: LogTail;
  readonly parts: BoardParts;
  readonly events: readonly EventRow[];
  readonly nowMs: number;
}

/** What was seen over time, and the board of it. Cheap: what did not change is not made again. */
export class BoardMemory {
  readonly #intervalMs: number;
  readonly #figures: FigureHistory;
  readonly #streams: StreamHistory;
  readonly #codes: CodeHistory;
  readonly #cpu: CounterHistory;
  readonly #made = {
    figures: remembered<FigureBoard>(),
    streams: remembered<readonly StreamRow[]>(),
    blocks: remembered<BlocksBoard>(),
    fills: remembered<Board['fills']['value']>(),
    stages: remembered<Board['stages']['value']>(),
    control: remembered<Board['control']['value']>(),
    permissions: remembered<Board['permissions']['value']>(),
  };
  #pushAtMs: number | null = null;
  #streamsAtMs: number | null = null;
  #ticks = 0;
  push: EnginePush | null = null;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
    this.#figures = new FigureHistory(Math.max(TICK_MS, intervalMs));
    this.#streams = new StreamHistory(Math.max(TICK_MS, intervalMs));
    this.#codes = new CodeHistory(Math.max(TICK_MS, intervalMs));
    this.#cpu = new CounterHistory(Math.max(TICK_MS, intervalMs));
  }

  /** One push of the engine. */
  note(push: EnginePush, facts: BoardFacts): void {
    this.push = push;
    this.#pushAtMs = facts.nowMs;
    const era = eraOf(push);
    const { observedAtMs } = push.view;
    this.#figures.note(this.#figureFacts(facts, boardLinks({ ...facts, push })));
    this.#codes.note(observedAtMs, push);
    this.#cpu.note(observedAtMs, push.counts.process_cpu_seconds_total, era);
    this.#noteStreams(push.streams.atMs, push.streams.views, era);
  }

  /** A second in which the engine said nothing. */
  noteSilence(facts: BoardFacts): void {
    this.#ticks += 1;
    this.#codes.note(facts.nowMs, null);
    this.#cpu.note(facts.nowMs, null);
    if (facts.link.state !== 'absent') {
      this.#streams.note(facts.nowMs, null, '');
      return;
    }
    this.#figures.note(this.#figureFacts(facts, boardLinks({ ...facts, push: null })));
    const { redis } = facts.parts;
    const stack = this.#stackOf(facts);
    if (redis.asOfMs !== null && stack !== null) {
      this.#noteStreams(redis.asOfMs, stack.streams, 'Redis');
    }
  }

  board(facts: BoardFacts): Board {
    const { ports, events, nowMs, parts, log, link } = facts;
    const links = boardLinks({ ...facts, push: this.push });
    const stack = this.#stackOf(facts);
    const isElsewhere = link.state === 'absent' && stackOrNull(ports) !== null;
    return {
      atMs: nowMs,
      where: isElsewhere ? (stackOrNull(ports)?.where ?? ports.stateDir) : ports.stateDir,
      isOwnEngine: stack?.view.startedBy !== NOT_STARTED_HERE,
      links: [links.engine, links.redis, links.postgres],
      control: this.#control(facts),
      figures: this.#figureSection(facts, links),
      streams: this.#streamSection(facts),
      blocks: this.#blocks(facts),
      fills: this.#fills(facts),
      stages: this.#stages(facts),
      doctor: {
        ...{ source: 'doctor reports', value: parts.doctor.value, down: parts.doctor.down },
        ...{ asOfMs: parts.doctor.value?.finishedAtMs ?? null, everyMs: REPORT_EVERY_MS },
      },
      permissions: this.#permissions(facts),
      ledger: sectionOf('state directory', parts.ledger),
      log: {
        ...{ source: 'engine log', value: log.rows, down: log.down, everyMs: LOG_EVERY_MS },
        asOfMs: log.rows === null ? null : (log.down?.sinceMs ?? nowMs),
      },
      events,
    };
  }

  #noteStreams(atMs: number, views: Parameters<StreamHistory['note']>[1], era: string): void {
    if (atMs === this.#streamsAtMs) return;
    this.#streamsAtMs = atMs;
    this.#streams.note(atMs, views, era);
  }

  #stackOf({ link, parts }: BoardFacts) {
    return link.state === 'absent' ? (parts.redis.value?.stack ?? null) : null;
  }

  /** Of what the engine pushed last; while it is silent, with its age and the reason. */
  #pushed<T>(facts: BoardFacts, value: T | null): Section<T> {
    const asOfMs = value === null ? null : this.#pushAtMs;
    return {
      ...{ source: 'engine', value, asOfMs, everyMs: this.#intervalMs },
      down: facts.link.down,
    };
  }

  #figureFacts(facts: BoardFacts, links: Links): FigureFacts {
    const { link, parts, nowMs } = facts;
    const { redis, audit } = parts;
    const isAbsent = link.state === 'absent';
    const stack = this.#stackOf(facts);
    const total = audit.value === null || audit.value === 'none' ? null : audit.value.fills.total;
    return {
      push: isAbsent ? null : this.push,
      stack:
        stack === null || redis.asOfMs === null || redis.down !== null
          ? null
          : stackCounts(redis.asOfMs, stack.streams, audit.down === null ? total : null),
      // What a stack elsewhere runs is not to be seen from here.
      isAbsent: isAbsent && stackOrNull(facts.ports) === null,
      ...{ postgres: links.postgres, redis: links.redis, nowMs },
    };
  }

  #figureSection(facts: BoardFacts, links: Links): Board['figures'] {
    const { link, nowMs } = facts;
    const make = () => this.#figures.board(this.#figureFacts(facts, links));
    if (link.state !== 'absent') {
      const value =
        this.push === null ? null : this.#made.figures([this.#pushAtMs, link.state], make);
      return this.#pushed(facts, value);
    }
    return {
      source: stackOrNull(facts.ports) === null ? 'state directory' : 'Redis',
      value: this.#made.figures([this.#ticks, link.state], make),
      ...{ asOfMs: nowMs, everyMs: TICK_MS, down: null },
    };
  }

  #streamSection(facts: BoardFacts): Board['streams'] {
    const { link, parts } = facts;
    const { redis, disk } = parts;
    const made = this.#made.streams;
    if (link.state === 'absent') {
      const groups = redis.value?.groups ?? null;
      const stack = this.#stackOf(facts);
      if (stackOrNull(facts.ports) === null) {
        const views = disk.value?.views ?? null;
        const rows = views && made([views], () => this.#streams.rows(facts.nowMs, views, null));
        return { ...sectionOf('streams on disk', disk), value: rows };
      }
      const atMs = redis.asOfMs ?? facts.nowMs;
      const rows =
        stack &&
        made([stack.streams, this.#ticks], () => {
          return this.#streams.rows(atMs, stack.streams, groups);
        });
      return { ...sectionOf('Redis', redis), value: rows };
    }
    const listed = this.push?.streams ?? null;
    if (listed === null) return this.#pushed<readonly StreamRow[]>(facts, null);
    const { views, atMs, why } = listed;
    const groups = this.#isOnRedis() ? (redis.value?.groups ?? null) : null;
    const rows = views && made([views, groups], () => this.#streams.rows(atMs, views, groups));
    const down = views === null ? { sinceMs: atMs, why } : facts.link.down;
    return { ...this.#pushed(facts, rows), ...(rows && { asOfMs: atMs }), down };
  }

  /** Its own streams are there; those of another stack are none of its. */
  #isOnRedis(): boolean {
    return (this.push?.view.shared ?? null) !== null;
  }

  #blocks(facts: BoardFacts): Board['blocks'] {
    const { value } = facts.parts.audit;
    const seen = value === 'none' ? NOTHING_YET : value;
    const make = (at: NonNullable<typeof seen>) =>
      blocksBoard(at, BLOCKS_WINDOW_MS, (code) => {
        return this.#codes.trend(code, this.push?.view.observedAtMs ?? facts.nowMs);
      });
    const board = seen && this.#made.blocks([seen, this.#pushAtMs], () => make(seen));
    return { ...this.#auditSection(facts), value: board };
  }

  #fills(facts: BoardFacts): Board['fills'] {
    const { parts, link } = facts;
    const { value } = parts.audit;
    const seen = value === 'none' ? NOTHING_YET : value;
    const isUp = link.state === 'up';
    const orders = isUp
      ? parts.orders.value
      : (this.#stackOf(facts)?.orders ?? parts.disk.value?.orders ?? parts.orders.value);
    const push = isUp ? this.push : null;
    const board =
      seen &&
      this.#made.fills([seen, orders, push], () => fillsBoard(seen.fills, orders ?? [], push));
    return { ...this.#auditSection(facts), value: board };
  }

  #auditSection({ ports, link, parts }: BoardFacts): Omit<Section<never>, 'value'> {
    const { audit } = parts;
    const isDirect = ports.readsDirectly();
    const away: Down =
      isDirect || link.state === 'up' || link.state === 'unknown'
        ? null
        : (link.down ?? { sinceMs: link.sinceMs ?? 0, why: NO_DATABASE });
    return {
      source: isDirect ? 'PostgreSQL' : 'engine',
      ...{ asOfMs: audit.asOfMs, everyMs: audit.everyMs, down: away ?? audit.down },
    };
  }

  #stages(facts: BoardFacts): Board['stages'] {
    const { link, parts, nowMs } = facts;
    const { restarts } = link;
    const { push } = this;
    if (link.state !== 'absent') {
      const cpuFraction = push && this.#cpu.perSec(push.view.observedAtMs, CPU_WINDOW_MS);
      const make = (of: EnginePush) => stagesOfEngine(of, { cpuFraction, restarts });
      const value = push && this.#made.stages([push, restarts, cpuFraction], () => make(push));
      return this.#pushed(facts, value);
    }
    const { lastRun, redis } = parts;
    const stack = this.#stackOf(facts)?.view ?? null;
    const isElsewhere = stackOrNull(facts.ports) !== null;
    const last = lastRun.value?.last ?? null;
    const isKnown = isElsewhere ? stack !== null : lastRun.value !== null;
    const value = isKnown
      ? this.#made.stages([stack, last, restarts], () => stagesWithout(stack, last, restarts))
      : null;
    const part = isElsewhere ? sectionOf('Redis', redis) : sectionOf('state directory', lastRun);
    return { ...part, value, asOfMs: value === null ? null : (part.asOfMs ?? nowMs) };
  }

  /** A register outlives a silent engine, and a stop that it has not heard of counts. */
  #control(facts: BoardFacts): Board['control'] {
    const { link, parts, nowMs } = facts;
    const { register } = parts;
    const { push } = this;
    if (link.state === 'up' && push !== null) {
      const value = this.#made.control([push, register.value], () => {
        return controlOfEngine(push, register.value, nowMs);
      });
      return this.#pushed(facts, value);
    }
    const seen = register.value;
    const value = seen && this.#made.control([seen], () => controlOfRegister(seen, nowMs));
    return { ...sectionOf('state directory', register), value };
  }

  #permissions(facts: BoardFacts): Board['permissions'] {
    const { gates, readiness } = facts.parts;
    const rows = gates.value;
    const canary = facts.link.state === 'up' ? (this.push?.canary ?? null) : null;
    const atMs = this.push?.view.observedAtMs ?? facts.nowMs;
    const make = (all: NonNullable<typeof rows>) => {
      return { gates: all, canary: canaryLines(canary, atMs), readiness: readiness.value };
    };
    const key = canary === null ? null : atMs;
    const value = rows && this.#made.permissions([rows, key, readiness.value], () => make(rows));
    return { ...sectionOf('state directory', gates), value };
  }
}

function sectionOf<T>(source: Section<T>['source'], poll: Poll<T>): Section<T> {
  const { value, asOfMs, everyMs, down } = poll;
  return { source, value, asOfMs: value === null ? null : asOfMs, everyMs, down };
}
