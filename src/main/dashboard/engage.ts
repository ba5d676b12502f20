import { z } from 'zod';
import type { KillLine, Overlay } from '../../tui/ui-state.js';
import type { Ran } from './run-command.js';

type KillOverlay = Extract<Overlay, { kind: 'kill' }>;

/** What the overlay says of a stop that came back: every place and every engine with its time. */
export function engagedOverlay(ran: Ran): KillOverlay {
  const data = readEngaged(ran.stdout);
  if (data === null) return { kind: 'kill', state: 'failed', lines: faultLines(ran) };
  const { engine, engines, places, host_ms, level, partial } = data;
  const lines: readonly KillLine[] = [
    { who: 'level', words: level, isWell: level === 'HALTED', ms: null },
    ...places.map(({ place, written, failures, ms }) => ({
      who: place,
      words: written === null ? `FAILED: ${failures.join('; ')}` : 'written',
      isWell: written !== null,
      ms: ms ?? host_ms.latched - host_ms.called,
    })),
    engineLine(engine),
    ...engines.map(({ engine: who, state, ack_ms: ms }) => ({
      ...{ who, words: state, ms },
      isWell: state === 'acknowledged',
    })),
    ...(partial === null ? [] : [{ who: 'PARTIAL', words: partial, isWell: false, ms: null }]),
  ];
  return { kind: 'kill', state: partial === null ? 'stopped' : 'partial', lines };
}

function engineLine({ state, pid, ack_ms: ms, why }: Engaged['engine']): KillLine {
  const who = pid === null ? 'engine' : `engine (pid ${pid})`;
  const words = why === '' ? state : `${state}: ${why}`;
  return { who, words, isWell: state === 'acknowledged' || state === 'absent', ms };
}

/** The whole fault: whoever reads it has to act at once. */
function faultLines({ stderr, stdout }: Ran): readonly KillLine[] {
  return `${stderr}${stdout}`
    .split('\n')
    .filter((line) => line !== '')
    .map((words) => ({ who: '', words, isWell: false, ms: null }));
}

function readEngaged(text: string): Engaged | null {
  try {
    const read = ENVELOPE.safeParse(JSON.parse(text));
    return read.success ? read.data.data : null;
  } catch (fault) {
    // No envelope at all: the command failed, and its stderr says why.
    if (fault instanceof SyntaxError) return null;
    throw fault;
  }
}

const ms = z.number().nullable();
const ENGAGED = z.object({
  level: z.string(),
  places: z.array(
    z.object({
      place: z.string(),
      written: z.string().nullable(),
      failures: z.array(z.string()),
      ms: ms.optional(),
    }),
  ),
  engine: z.object({ state: z.string(), pid: z.number().nullable(), ack_ms: ms, why: z.string() }),
  engines: z.array(z.object({ engine: z.string(), state: z.string(), ack_ms: ms })),
  host_ms: z.object({ called: z.number(), latched: z.number(), acknowledged: z.number() }),
  partial: z.string().nullable(),
});
const ENVELOPE = z.object({ data: ENGAGED });
type Engaged = z.infer<typeof ENGAGED>;
