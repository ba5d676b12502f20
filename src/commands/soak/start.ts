import { SOAK_INTENTS, type SoakIntent } from '../../doctor/soak/soak-evidence.js';
import { SoakRecorder, type SoakEnd } from '../../doctor/soak/soak-recorder.js';
import type { SoakFolder } from '../../doctor/soak/soak-ports.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { envelope } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { EXIT_OF, StopRequest } from '../run/stop-request.js';
import { plainText } from '../../view/plain-text.js';
import type { SoakPlace, SoakServices } from './soak-services.js';

const HOURS_DEFAULT = 72;
const HOUR_MS = 3_600_000;

/** Records in front until the run is complete (0) or can't pass any more (1); goes on with one that is not over. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: SoakServices,
): Promise<number> {
  const place = await services.soak(options, io);
  const lock = await place.lock();
  const stop = new StopRequest(io, (cause) => cause === 'SIGINT' || cause === 'SIGTERM');
  try {
    const folder = opened(place, options);
    return await stop.orForced(record(folder, { place, options, io, stop }));
  } finally {
    stop.forget();
    lock.release();
  }
}

function opened(place: SoakPlace, options: ParsedOptions): SoakFolder {
  if (options.flag('restart')) place.end();
  const active = place.active();
  const intent = SOAK_INTENTS.find((one) => one === options.text('intent'));
  if (active !== null) {
    if (intent !== undefined && intent !== active.run.intent) throw otherIntent(active, intent);
    return active;
  }
  const durationMs = options.number('durationMs') ?? HOURS_DEFAULT * HOUR_MS;
  const members = options.list('members');
  return place.begin({
    intent: intent ?? SOAK_INTENTS[0],
    startedAtMs: Math.floor(place.clock.nowMs() / 1_000) * 1_000,
    hours: durationMs / HOUR_MS,
    members: members.length === 0 ? null : members,
  });
}

interface Call {
  readonly place: SoakPlace;
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly stop: StopRequest;
}

async function record(folder: SoakFolder, { place, options, io, stop }: Call): Promise<number> {
  const tell = teller(io);
  const { intent, hours, startedAtMs } = folder.run;
  const began = new Date(startedAtMs).toISOString();
  tell('begins', `records ${intent} for ${hours} h since ${began} in ${folder.path}`);
  const source = await place.source();
  const onLine = (line: string) => {
    tell('line', line);
  };
  const recorder = new SoakRecorder({ folder, source, clock: place.clock, onLine });
  const end = await recorder.run(stop.signal).finally(() => source.close());
  if (end.state === 'stopped') {
    tell('stopped', `not over: ${atSamePlace('cdb soak start', options)} goes on with it`);
    return stop.cause === null ? EXIT.OK : EXIT_OF[stop.cause];
  }
  place.end();
  tell(end.state, endWords(end, folder));
  return end.state === 'complete' ? EXIT.OK : EXIT.FINDING;
}

function endWords(end: SoakEnd, { path }: SoakFolder): string {
  const judge = `cdb evaluate soak-gate ${path}`;
  return end.state === 'complete' ? `complete: ${judge}` : `over early, ${end.state}: ${end.why}`;
}

function teller(io: CommandIo): (event: string, words: string) => void {
  return (event, words) => {
    if (io.outputFormat === 'text') io.stdout(`${plainText(words)}\n`);
    else io.stdout(`${envelope('soak.event', { event, words }, io.nowMs())}\n`);
  };
}

function otherIntent({ path, run }: SoakFolder, intent: SoakIntent): OperatorError {
  return new OperatorError({
    code: 'CDB-E0741',
    what: `Cannot begin a soak for ${intent}: one for ${run.intent} is not over`,
    why: plainText(`it is in ${path}; what was begun for one proof is none for another`),
    todo: 'cdb soak start goes on with it; cdb soak start --restart leaves it and begins another',
    exit: EXIT.CONFLICT,
  });
}
