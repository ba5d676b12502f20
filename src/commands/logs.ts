import { setImmediate } from 'node:timers/promises';
import type { LogReader } from '../engine/ports/log-reader.js';
import { LOG_LEVELS, type LogLevel } from '../engine/ports/logger.js';
import { EXIT } from '../operator-error.js';
import type { CommandIo } from './command-io.js';
import { grepFor } from './logs/grep.js';
import { LOG_LINES_MAX } from './logs/lines-max.js';
import { newestLines } from './logs/history.js';
import { LogFilter } from './logs/log-filter.js';
import { LogPrinter } from './logs/log-printer.js';
import type { LogServices } from './logs/log-services.js';
import { envelope } from './output/envelope.js';
import { atSamePlace } from './output/printed-command.js';
import type { ParsedOptions } from './parsed-options.js';
import { EXIT_OF, StopRequest } from './run/stop-request.js';
import { plainText } from '../view/plain-text.js';

const LINES_DEFAULT = 100;

/** What the engine wrote down; reads files only. 0 also when there is nothing to read. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: LogServices,
): Promise<number> {
  const request = requestOf(options, io);
  const log = await services.engineLog(options, io);
  const stop = new StopRequest(io);
  try {
    return await stop.orForced(print(log, request, { io, stop }));
  } finally {
    stop.forget();
    log.close();
  }
}

interface Request {
  readonly follow: boolean;
  readonly sinceMs: number | null;
  /** Null: all there are. */
  readonly count: number | null;
  readonly filter: () => LogFilter;
  /** What to do where there is no log. */
  readonly start: string;
}

function requestOf(options: ParsedOptions, io: CommandIo): Request {
  const windowMs = options.number('sinceMs');
  const sinceMs = windowMs === undefined ? null : io.nowMs() - windowMs;
  const pattern = options.text('grep');
  const grep = pattern === undefined ? null : grepFor(pattern);
  const level = levelOf(options.text('level'));
  const count = options.number('count') ?? (windowMs === undefined ? LINES_DEFAULT : null);
  return {
    follow: options.flag('follow'),
    sinceMs,
    count,
    filter: () => new LogFilter({ level, sinceMs, grep }),
    start: atSamePlace('cdb run starts one', options),
  };
}

/** Lines at debug are in the log only where the configuration asks for them: then they are shown. */
function levelOf(text: string | undefined): LogLevel {
  return LOG_LEVELS.find((level) => level === text) ?? 'debug';
}

interface Output {
  readonly io: CommandIo;
  readonly stop: StopRequest;
}

async function print(log: LogReader, request: Request, { io, stop }: Output): Promise<number> {
  if (io.outputFormat === 'json' && !request.follow) return printAsOne(log, request, { io, stop });
  const printer = new LogPrinter(io, stop.signal);
  const thereIsOne = await printHistory(log, request, { printer, signal: stop.signal });
  if (!request.follow) {
    tellEnd(log, { thereIsOne, printer, start: request.start }, io);
    return stop.cause === null ? EXIT.OK : EXIT_OF[stop.cause];
  }
  if (!thereIsOne) io.stderr(`no log yet: waiting for ${plainText(log.path)}\n`);
  const filter = request.filter();
  for await (const found of log.follow(stop.signal)) {
    for (const item of found) {
      if (item.kind === 'note') io.stderr(`notice: ${item.words}\n`);
      else await printer.print(filter.take([item.line]));
    }
  }
  return EXIT_OF[stop.cause ?? 'SIGINT'];
}

/** @returns false when there is no log */
async function printHistory(
  log: LogReader,
  { count, sinceMs, filter, follow }: Request,
  { printer, signal }: { readonly printer: LogPrinter; readonly signal: AbortSignal },
): Promise<boolean> {
  const files = log.files();
  // Followed, a line without its end is one that is being written.
  const rest = () => (follow ? [] : log.rest());
  if (count !== null) {
    await printer.print(await newestLines(files, rest, { count, sinceMs, filter, signal }));
    return files.length > 0;
  }
  const all = filter();
  for (const file of files) {
    if (file.modifiedAtMs < (sinceMs ?? 0)) continue;
    for (const chunk of file.chunks()) {
      await printer.print(all.take(chunk));
      // Signals are heard in between: the files may be large.
      await setImmediate();
      if (signal.aborted) return true;
    }
  }
  await printer.print(all.take(rest()));
  return files.length > 0;
}

async function printAsOne(log: LogReader, request: Request, { io, stop }: Output): Promise<number> {
  const files = log.files();
  const { sinceMs, filter } = request;
  const count = request.count ?? LOG_LINES_MAX;
  // One more tells whether there are more.
  const wanted = { count: count + 1, sinceMs, filter, signal: stop.signal };
  const found = await newestLines(files, () => log.rest(), wanted);
  const lines = found.slice(-count);
  if (request.count === null && found.length > count) {
    io.stderr(`notice: only the newest ${count} lines; --output jsonl prints all of them\n`);
  }
  const data = {
    log: log.path,
    exists: files.length > 0,
    unreadable: lines.filter(({ line }) => line === null).length,
    lines: lines.map(({ stored }) => stored),
  };
  io.stdout(`${envelope('logs', data, io.nowMs())}\n`);
  return stop.cause === null ? EXIT.OK : EXIT_OF[stop.cause];
}

interface Told extends Pick<Request, 'start'> {
  readonly thereIsOne: boolean;
  readonly printer: LogPrinter;
}

function tellEnd(log: LogReader, { thereIsOne, printer, start }: Told, io: CommandIo): void {
  const path = plainText(log.path);
  if (!thereIsOne) {
    io.stderr(`no log: no engine ever wrote ${path}; ${plainText(start)}\n`);
  } else if (printer.shown === 0) {
    io.stderr(`no line of ${path} is what was asked for\n`);
  }
  if (printer.unreadable > 0) {
    const lines = printer.unreadable === 1 ? '1 line' : `${printer.unreadable} lines`;
    io.stderr(`notice: ${lines} could not be read (cut off, or not of cdb); shown as they are\n`);
  }
}
