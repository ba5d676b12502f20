import type { Board } from '../../view/board/board.js';
import { controlOfEngine, controlOfRegister } from '../../view/board/control-board.js';
import { canaryLines } from '../../view/board/permission-board.js';
import type { Section } from '../../view/board/section.js';
import { stagesOfEngine, stagesWithout } from '../../view/board/stages-board.js';
import { isWatching, stackSeen, type BoardFacts } from './board-facts.js';
import { figureFacts, TICK_MS, type BoardHistories } from './board-histories.js';
import { boardLinks } from './board-links.js';
import type { Poll } from './poll.js';
import { remembered } from './remembered.js';

const CPU_WINDOW_MS = 5_000;

/** The sections that a running engine fills, with what is told instead where none runs. */
export class EngineSections {
  readonly #histories: BoardHistories;
  readonly #intervalMs: number;
  readonly #figures = remembered<Board['figures']['value']>();
  readonly #streams = remembered<Board['streams']['value']>();
  readonly #stages = remembered<Board['stages']['value']>();
  readonly #control = remembered<Board['control']['value']>();
  readonly #permissions = remembered<Board['permissions']['value']>();
  #pushAtMs: number | null = null;
  #looks = 0;

  constructor(histories: BoardHistories, intervalMs: number) {
    this.#histories = histories;
    this.#intervalMs = intervalMs;
  }

  /** @param pushAtMs when the engine said something; null: a second passed without */
  noted(pushAtMs: number | null): void {
    this.#looks += 1;
    this.#pushAtMs = pushAtMs ?? this.#pushAtMs;
  }

  figures(facts: BoardFacts): Board['figures'] {
    const { link, nowMs, push } = facts;
    const make = () => this.#histories.figures.board(figureFacts(facts));
    if (link.state !== 'absent') {
      // A silent engine's figures stay what they were when it spoke last.
      return this.#pushed(facts, push && this.#figures([this.#pushAtMs], make));
    }
    const { redis, postgres } = boardLinks(facts);
    const value = this.#figures([this.#looks, redis.state, postgres.state], make);
    const source = isWatching(facts) ? 'Redis' : 'state directory';
    return { source, value, asOfMs: nowMs, everyMs: TICK_MS, down: null };
  }

  streams(facts: BoardFacts): Board['streams'] {
    const { link, parts, push } = facts;
    const history = this.#histories.streams;
    if (link.state === 'absent') return this.#streamsLeft(facts);
    if (push === null) return this.#pushed<never>(facts, null);
    const { views, atMs, why } = push.streams;
    // Its own streams are in Redis only where it shares the run.
    const groups = push.view.shared === null ? null : (parts.redis.value?.groups ?? null);
    const value = views && this.#streams([views, groups], () => history.rows(atMs, views, groups));
    const down = views === null ? { sinceMs: atMs, why } : link.down;
    return { ...this.#pushed(facts, value), asOfMs: value === null ? null : atMs, down };
  }

  stages(facts: BoardFacts): Board['stages'] {
    const { link, parts, push } = facts;
    const { restarts } = link;
    if (link.state !== 'absent') {
      const cpuFraction = push && this.#histories.cpu.perSec(push.view.observedAtMs, CPU_WINDOW_MS);
      const value =
        push &&
        this.#stages([push, restarts, cpuFraction], () =>
          stagesOfEngine(push, { cpuFraction, restarts }),
        );
      return this.#pushed(facts, value);
    }
    const view = stackSeen(facts)?.view ?? null;
    const last = parts.lastRun.value?.last ?? null;
    const isKnown = isWatching(facts) ? view !== null : parts.lastRun.value !== null;
    const value = isKnown
      ? this.#stages([view, last, restarts], () => stagesWithout(view, last, restarts))
      : null;
    return isWatching(facts)
      ? { ...sectionOf('Redis', parts.redis), value }
      : { ...sectionOf('state directory', parts.lastRun), value };
  }

  /** A register outlives a silent engine, and a stop that it has not heard of counts. */
  control(facts: BoardFacts): Board['control'] {
    const { link, parts, nowMs, push } = facts;
    const { value: register } = parts.register;
    if (link.state === 'up' && push !== null) {
      const make = () => controlOfEngine(push, register, nowMs);
      return this.#pushed(facts, this.#control([push, register], make));
    }
    const value = register && this.#control([register], () => controlOfRegister(register, nowMs));
    return { ...sectionOf('state directory', parts.register), value };
  }

  permissions({ parts, link, push, nowMs }: BoardFacts): Board['permissions'] {
    const { value: gates } = parts.gates;
    const { value: readiness } = parts.readiness;
    const canary = link.state === 'up' && push !== null ? push.canary : null;
    const atMs = push?.view.observedAtMs ?? nowMs;
    const key = canary === null ? null : push;
    const value =
      gates &&
      this.#permissions([gates, readiness, key], () => {
        return { gates, readiness, canary: canaryLines(canary, atMs) };
      });
    return { ...sectionOf('state directory', parts.gates), value };
  }

  #streamsLeft(facts: BoardFacts): Board['streams'] {
    const { parts, nowMs } = facts;
    const history = this.#histories.streams;
    const { redis, disk } = parts;
    if (!isWatching(facts)) {
      const views = disk.value?.views ?? null;
      const value = views && this.#streams([views], () => history.rows(nowMs, views, null));
      return { ...sectionOf('streams on disk', disk), value };
    }
    const views = stackSeen(facts)?.streams ?? null;
    const groups = redis.value?.groups ?? null;
    const atMs = redis.asOfMs ?? nowMs;
    const value =
      views && this.#streams([views, this.#looks], () => history.rows(atMs, views, groups));
    return { ...sectionOf('Redis', redis), value };
  }

  /** What the engine pushed last; while it is silent, with its age and the reason. */
  #pushed<T>({ link }: BoardFacts, value: T | null): Section<T> {
    const asOfMs = value === null ? null : this.#pushAtMs;
    return { source: 'engine', value, asOfMs, everyMs: this.#intervalMs, down: link.down };
  }
}

export function sectionOf<T>(source: Section<T>['source'], poll: Poll<T>): Section<T> {
  const { value, asOfMs, everyMs, down } = poll;
  return { source, value, asOfMs: value === null ? null : asOfMs, everyMs, down };
}
