import { DependencyError, OperatorError } from '../operator-error.js';
import { agoText, durationText, utcText } from '../view/age.js';
import type { SystemView } from '../view/system-view.js';
import { systemViewJson } from '../view/view-json.js';
import type { CommandIo } from './command-io.js';
import { orAborted } from './follow/or-aborted.js';
import type { OperatorPorts } from './operator-ports.js';
import { envelope } from './output/envelope.js';
import { EXIT_OF, StopRequest } from './run/stop-request.js';
import { answerData, answerText, askStatus, type StatusAnswer } from './status-answer.js';
import { statusText } from './status-text.js';
import { plainText } from '../view/plain-text.js';
import { Screen } from './watch/screen.js';
import { wrapped } from './watch/wrap.js';

/** One look, with what the looks before it know. */
interface Seen {
  readonly answer: StatusAnswer | { readonly state: 'no answer'; readonly why: string };
  /** Since when this watch has seen that state. */
  readonly sinceMs: number;
  /** The newest view of all. */
  readonly lastView: SystemView | null;
}

/** The status again and again. Ends when somebody ends it, whatever the engine does. */
export async function watchStatus(
  io: CommandIo,
  ports: OperatorPorts,
  everyMs: number,
): Promise<number> {
  const stop = new StopRequest(io);
  const screen = new Screen(io);
  const watch = async (): Promise<number> => {
    let seen: Seen | null = null;
    while (stop.cause === null) {
      const startedAtMs = ports.clock.monotonicMs();
      const look: Seen | null = await orAborted(lookAgain(ports, io, seen), stop.signal);
      if (look === null) break;
      seen = look;
      await orAborted(
        screen.show(shown(io, look, { everyMs, columns: screen.columns })),
        stop.signal,
      );
      const tookMs = ports.clock.monotonicMs() - startedAtMs;
      await ports.clock.sleep(Math.max(0, everyMs - tookMs), stop.signal);
    }
    return stop.cause === null ? 0 : EXIT_OF[stop.cause];
  };
  try {
    return await stop.orForced(watch());
  } finally {
    screen.end();
    stop.forget();
  }
}

async function lookAgain(ports: OperatorPorts, io: CommandIo, before: Seen | null): Promise<Seen> {
  const answer = await askStatus(ports).catch(noAnswer);
  const isSame = before?.answer.state === answer.state;
  const lastView = answer.state === 'running' ? answer.view : (before?.lastView ?? null);
  return { answer, sinceMs: isSame ? before.sinceMs : io.nowMs(), lastView };
}

/** Whatever is the matter with engine or files now may be over at the next look. */
function noAnswer(fault: unknown): { readonly state: 'no answer'; readonly why: string } {
  if (fault instanceof OperatorError) {
    return { state: 'no answer', why: `${fault.what}: ${fault.why}; ${fault.todo}` };
  }
  if (fault instanceof DependencyError) return { state: 'no answer', why: fault.message };
  throw fault;
}

interface Frame {
  readonly everyMs: number;
  /** Null: no line is cut. */
  readonly columns: number | null;
}

function shown(io: CommandIo, seen: Seen, { everyMs, columns }: Frame): string {
  const nowMs = io.nowMs();
  if (io.outputFormat !== 'text') return `${envelope('status', seenData(seen), nowMs)}\n`;
  const head = `${utcText(nowMs)}   every ${durationText(everyMs)}, Ctrl-C ends this`;
  return `${head}\n${seenText(seen, nowMs, columns)}`;
}

function seenText({ answer, sinceMs, lastView }: Seen, nowMs: number, columns: number | null) {
  if (answer.state === 'running') return answerText(answer, nowMs, columns);
  const span = durationText(nowMs - sinceMs);
  const words =
    answer.state === 'not running'
      ? `${answerText(answer, nowMs)}seen     NOT RUNNING for ${span}\n`
      : `cdb NO ANSWER for ${span}: ${plainText(answer.why)}\n`;
  const all = columns === null ? words : wrapped(words, columns);
  if (lastView === null) return `${all}         no answer so far in this watch\n`;
  const last = `last answer ${agoText(lastView.observedAtMs, nowMs)}`;
  // A process that is gone has no figures; one that is only silent may still be what it was.
  if (answer.state === 'not running') return `${all}         ${last}: ${lastView.word}\n`;
  return `${all}\n${last}:\n${statusText(lastView, nowMs, columns)}`;
}

function seenData({ answer, sinceMs, lastView }: Seen) {
  const watch = {
    state: answer.state,
    since: new Date(sinceMs).toISOString(),
    last_answer_at: lastView === null ? null : new Date(lastView.observedAtMs).toISOString(),
  };
  if (answer.state !== 'no answer') return { ...answerData(answer), watch };
  const last = lastView === null ? null : systemViewJson(lastView);
  return { running: null, word: 'NO ANSWER', why: answer.why, last_view: last, watch };
}
