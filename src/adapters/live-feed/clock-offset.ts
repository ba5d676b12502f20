import type { ClockOffset } from '../../engine/ports/feed.js';

/** Frames whose times are remembered; at 10 frames a second the last half minute. */
const FRAMES_MAX = 256;
/** With fewer frames one wrong time among them would decide. */
const FRAMES_GOOD = 8;
/**
 * A frame can arrive late but never early, so the offset is near the largest differences. Not the
 * very largest: a single frame that lies about its time must not move the clock.
 */
const QUANTILE = 0.9;
const ANSWERS_MAX = 16;
/** Sorting for every frame of a fast market would cost more than it tells. */
const ESTIMATE_EVERY_FRAMES = 16;

/** 2001 to 2286: seconds and microseconds taken for milliseconds fall outside, and are no times. */
const TIME_MS_MIN = 1e12;
const TIME_MS_MAX = 1e13;

const NO_OFFSET: ClockOffset = { offsetMs: null, errorMs: null, confidence: 'none', samples: 0 };

interface Answer {
  readonly offsetMs: number;
  readonly roundTripMs: number;
}

/**
 * How far the venue's clock is ahead of ours, from the sending times of its frames and from its
 * answers to "what time is it". Pure: the same evidence gives the same offset.
 */
export class ClockOffsetEstimate {
  readonly #frames: number[] = [];
  readonly #answers: Answer[] = [];
  #next = 0;
  #samples = 0;
  #current: ClockOffset = NO_OFFSET;

  get current(): ClockOffset {
    return this.#current;
  }

  /** False while a single frame that lies could move the clock. */
  get isSettled(): boolean {
    return this.#answers.length > 0 || this.#frames.length >= FRAMES_GOOD;
  }

  /** A frame that says when it was sent. */
  addFrame(sentAtMs: number, receivedAtMs: number): void {
    if (sentAtMs < TIME_MS_MIN || sentAtMs >= TIME_MS_MAX) return;
    this.#frames[this.#next] = sentAtMs - receivedAtMs;
    this.#next = (this.#next + 1) % FRAMES_MAX;
    this.#samples += 1;
    const early = this.#samples < FRAMES_MAX / 4;
    if (early || this.#next % ESTIMATE_EVERY_FRAMES === 0) this.#current = this.#estimate();
  }

  /** An answer to a question for the time; it was true somewhere within the round trip. */
  addAnswer(venueMs: number, answeredAtMs: number, roundTripMs: number): void {
    this.#answers.push({ offsetMs: venueMs - (answeredAtMs - roundTripMs / 2), roundTripMs });
    if (this.#answers.length > ANSWERS_MAX) this.#answers.shift();
    this.#samples += 1;
    this.#current = this.#estimate();
  }

  /** Our own clock was set: all evidence was against the old one. */
  reset(): void {
    this.#frames.length = 0;
    this.#answers.length = 0;
    this.#next = 0;
    this.#samples = 0;
    this.#current = NO_OFFSET;
  }

  #estimate(): ClockOffset {
    const samples = this.#samples;
    const frames = frameOffset(this.#frames);
    const answer = this.#answers.reduce<Answer | null>(
      (best, one) => (best === null || one.roundTripMs <= best.roundTripMs ? one : best),
      null,
    );
    if (answer === null) {
      // How long a frame took is unknown, so the true offset may be larger by that.
      return { offsetMs: frames, errorMs: null, confidence: 'low', samples };
    }
    const errorMs = Math.ceil(answer.roundTripMs / 2);
    const few = this.#frames.length < FRAMES_GOOD;
    const agrees = few || frames === null || frames <= answer.offsetMs + errorMs;
    // Frames that come from later than the answer allows: the clock was set since, or one lies.
    const offsetMs = agrees ? Math.round(answer.offsetMs) : frames;
    const confidence = agrees && !few ? 'good' : 'low';
    return { offsetMs, errorMs: agrees ? errorMs : null, confidence, samples };
  }
}

function frameOffset(differences: readonly number[]): number | null {
  if (differences.length === 0) return null;
  const sorted = [...differences].sort((a, b) => a - b);
  if (sorted.length < FRAMES_GOOD) {
    return sorted.reduce((nearest, one) => (Math.abs(one) < Math.abs(nearest) ? one : nearest));
  }
  return sorted[Math.floor((sorted.length - 1) * QUANTILE)] ?? null;
}
