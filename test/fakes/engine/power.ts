/**
 * The mains of a simulated machine. Every fake asks it before and after each effect, so a test can
 * let the process die between any two steps: from then on no call of that process returns.
 */
export class Power {
  /** How often the machine was asked; a run without a cut tells how many places there are to die. */
  points = 0;
  readonly died: Promise<void>;
  readonly #cutAt: number;
  #die: () => void = () => undefined;

  constructor(cutAt = Infinity) {
    this.#cutAt = cutAt;
    this.died = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  async point(): Promise<void> {
    this.points += 1;
    if (this.points < this.#cutAt) return;
    this.#die();
    await new Promise<never>(() => undefined);
  }
}
