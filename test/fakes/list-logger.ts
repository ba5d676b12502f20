import {
  LOG_LEVELS,
  type LogFields,
  type Logger,
  type LogLevel,
} from '../../src/engine/ports/logger.js';

export interface ListLogger extends Logger {
  readonly lines: { level: LogLevel; area: string; message: string; fields: LogFields }[];
}

export function listLogger(from: LogLevel = 'debug'): ListLogger {
  const lines: ListLogger['lines'] = [];
  const takes = (level: LogLevel) => LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(from);
  return {
    lines,
    takes,
    log: (level, area, message, fields = {}) => {
      if (takes(level)) lines.push({ level, area, message, fields });
    },
  };
}
