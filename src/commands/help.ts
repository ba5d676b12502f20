import { nearest } from '../config/nearest.js';
import { EXIT, OperatorError } from '../operator-error.js';
import type { CommandIo } from './command-io.js';
import { HELP_TOPICS } from './help-topics.js';
import { printResult } from './output/envelope.js';
import type { ParsedOptions } from './parsed-options.js';

/** Topics only: main turns `cdb help <command>` into `cdb <command> --help`. */
export function run(options: ParsedOptions, io: CommandIo): number {
  const topic = options.text('topic') ?? '';
  const found = new Map(Object.entries(HELP_TOPICS)).get(topic);
  if (found === undefined) throw unknownTopic(topic);
  const text = found();
  printResult(io, { command: 'help', data: { topic, text }, text: () => text });
  return EXIT.OK;
}

function unknownTopic(topic: string): OperatorError {
  const topics = Object.keys(HELP_TOPICS);
  const suggestion = nearest(topic, topics);
  return new OperatorError({
    code: 'CDB-E0005',
    what: `No help for "${topic}": no such command or topic`,
    why: `topics are ${topics.join(', ')}`,
    todo: suggestion === undefined ? 'cdb --help' : `cdb help ${suggestion}`,
    exit: EXIT.NOT_FOUND,
  });
}
