import { agoText } from './age.js';

/** Where a figure comes from; shown with it, so that nobody takes a guess for a measurement. */
type FigureSource =
  'engine' | 'control register' | 'audit' | 'portfolio' | 'feed' | 'engines' | 'shards';

/** Beyond this age a figure is called stale wherever it is printed. */
export const FIGURE_STALE_MS = 10_000;

export interface FigureJson {
  readonly value: unknown;
  readonly source: FigureSource;
  readonly observed_at: string;
  /** Of counters: the newest event that was counted; null before the first. */
  readonly last_at?: string | null;
}

/**
 * One figure with its evidence. The value is private: the only ways out are text that carries its
 * age and JSON that carries `observed_at`, so no screen can show a number as if it were now.
 * `null` means "no data" and never prints as 0.
 */
export class Figure<T extends string | number> {
  readonly source: FigureSource;
  readonly observedAtMs: number;
  readonly #value: T | null;

  constructor(value: T | null, source: FigureSource, observedAtMs: number) {
    this.#value = value;
    this.source = source;
    this.observedAtMs = observedAtMs;
  }

  /** `9 682.19 USDT (as of 0.4 s ago)`; the words get the value only where there is one. */
  text(nowMs: number, words: (value: T) => string = String): string {
    return `${this.wordsOnly(words)} (${this.age(nowMs)})`;
  }

  age(nowMs: number): string {
    const stale = nowMs - this.observedAtMs > FIGURE_STALE_MS ? 'STALE, ' : '';
    return `${stale}as of ${agoText(this.observedAtMs, nowMs)}`;
  }

  toJSON(): FigureJson {
    return {
      value: this.#value,
      source: this.source,
      observed_at: new Date(this.observedAtMs).toISOString(),
    };
  }

  /** For `lineOf`, which adds the age itself. */
  protected wordsOnly(words: (value: T) => string): string {
    return this.#value === null ? 'no data' : words(this.#value);
  }

  /** Several figures in one line, followed by the age of the oldest. */
  static line(nowMs: number, parts: readonly FigurePart[]): string {
    const texts = parts.map(({ label, figure, words }) => {
      const value = figure.wordsOnly(words ?? String);
      return label === '' ? value : `${label} ${value}`;
    });
    const oldest = parts.reduce<Figure<string | number> | null>(
      (a, { figure }) => (a === null || figure.observedAtMs < a.observedAtMs ? figure : a),
      null,
    );
    return oldest === null ? '' : `${texts.join('  ')}  (${oldest.age(nowMs)})`;
  }
}

interface FigurePart {
  readonly label: string;
  readonly figure: Figure<string | number>;
  readonly words?: (value: string | number) => string;
}

/** A counter with the wall time of the newest event that it counted. */
export class CountFigure extends Figure<number> {
  readonly lastAtMs: number | null;

  constructor(
    seen: { readonly count: number; readonly lastAtMs: number | null },
    source: FigureSource,
    observedAtMs: number,
  ) {
    super(seen.count, source, observedAtMs);
    this.lastAtMs = seen.lastAtMs;
  }

  /** Age of the newest event alone; a count without a time is not the same as none. */
  lastText(nowMs: number): string {
    if (this.lastAtMs !== null) return agoText(this.lastAtMs, nowMs);
    return this.wordsOnly((count) => (count === 0 ? 'never' : 'no time'));
  }

  /** `1 184, last 2.0 s ago`, `0, none yet`. */
  override text(nowMs: number, words: (value: number) => string = countText): string {
    const stale = nowMs - this.observedAtMs > FIGURE_STALE_MS ? ` (${this.age(nowMs)})` : '';
    const last = this.lastAtMs === null ? 'none yet' : `last ${agoText(this.lastAtMs, nowMs)}`;
    return `${this.wordsOnly(words)}, ${last}${stale}`;
  }

  override toJSON(): FigureJson {
    const lastAt = this.lastAtMs === null ? null : new Date(this.lastAtMs).toISOString();
    return { ...super.toJSON(), last_at: lastAt };
  }
}

/** `1 184`: groups of three, the same in every locale. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
}
