import type { SelfFacts } from '../../tui/ui-state.js';

const WINDOW_MS = 1_000;

/** What this process costs, over about the last second. */
export class OwnUsage {
  #lookedAtMs: number | null = null;
  #cpuMs = 0;
  #cpuFraction: number | null = null;
  #rssBytes = 0;

  look(nowMs: number): Pick<SelfFacts, 'cpuFraction' | 'rssBytes'> {
    if (this.#lookedAtMs === null || nowMs - this.#lookedAtMs >= WINDOW_MS) {
      const { user, system } = process.cpuUsage();
      const cpuMs = (user + system) / 1_000;
      if (this.#lookedAtMs !== null) {
        this.#cpuFraction = (cpuMs - this.#cpuMs) / (nowMs - this.#lookedAtMs);
      }
      this.#lookedAtMs = nowMs;
      this.#cpuMs = cpuMs;
      this.#rssBytes = process.memoryUsage.rss();
    }
    return { cpuFraction: this.#cpuFraction, rssBytes: this.#rssBytes };
  }
}
