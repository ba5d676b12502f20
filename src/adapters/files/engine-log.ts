import { join } from 'node:path';
import { pino } from 'pino';
import { maskMember, maskSecrets } from '../../config/mask.js';
import type { LogFields, Logger, LogLevel } from '../../engine/ports/logger.js';
import { LINE_BYTES_MAX } from '../files-feed/lines.js';
import { ENGINE_LOG_NAME } from './log-file-names.js';
import { RotatingFile, type RotationLimits } from './rotating-file.js';

export interface EngineLogOptions extends RotationLimits {
  readonly level: LogLevel;
  /** Escapes in one line of JSON what a terminal would obey. */
  readonly escape: (json: string) => string;
  /** Called once when the log can't be written, and again only after it could. */
  readonly onTrouble: (words: string) => void;
}

export interface EngineLog extends Logger {
  /** From here on it is in every line. */
  setRunId(runId: string): void;
  /** This process holds the state directory now: it may set files aside. */
  own(): void;
  close(): void;
}

const TEXT_CHARS_MAX = 4_000;

/** `logs/engine.log`: one JSON object a line, masked, bounded, rotated. Never throws. */
export function openEngineLog(directory: string, options: EngineLogOptions): EngineLog {
  const file = new RotatingFile(join(directory, ENGINE_LOG_NAME), options);
  let runId: string | null = null;
  let telling = false;
  const write = (line: string): void => {
    const { lost } = file;
    if (!file.write(boundedLine(line.trimEnd(), options.escape))) {
      if (lost === null) options.onTrouble(troubleWords(file.lost?.why));
    } else if (telling) {
      file.lost = null;
    } else if (lost !== null) {
      telling = true;
      logger.warn({ area: 'log', lines_lost: lost.lines, why: lost.why }, 'lines were lost');
      telling = false;
    }
  };
  const logger = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => (runId === null ? {} : { run_id: runId }),
    },
    { write },
  );
  return {
    log: (level, area, message, fields = {}) => {
      if (!logger.isLevelEnabled(level)) return;
      logger[level]({ area, ...safeFields(fields) }, cut(maskSecrets(message)));
    },
    takes: (level) => logger.isLevelEnabled(level),
    setRunId: (id) => {
      runId = id;
    },
    own: () => {
      file.own();
    },
    close: () => {
      file.close();
    },
  };
}

/** A field of that name would take the place of ours. */
const OWN_NAMES = new Set(['time', 'level', 'area', 'message', 'run_id']);

function troubleWords(why = 'unknown'): string {
  return `the log can't be written (${why}); the engine goes on, and counts the lines that are lost`;
}

function safeFields(fields: LogFields): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const shown = maskMember(name, value);
    safe[OWN_NAMES.has(name) ? `${name}_` : name] = typeof shown === 'string' ? cut(shown) : shown;
  }
  return safe;
}

function cut(text: string): string {
  return text.length <= TEXT_CHARS_MAX ? text : `${text.slice(0, TEXT_CHARS_MAX)}…`;
}

/** What `cdb logs` takes for one line: a longer one loses its fields, and says so. */
function boundedLine(line: string, escape: EngineLogOptions['escape']): string {
  const safe = escape(line);
  if (Buffer.byteLength(safe) < LINE_BYTES_MAX) return safe;
  const whole = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const { level, time, area, run_id } = whole;
  const message = String(whole['message']).slice(0, TEXT_CHARS_MAX / 8);
  return escape(JSON.stringify({ level, time, area, run_id, cut: true, message }));
}
