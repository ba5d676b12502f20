import { nearest } from '../config/nearest.js';
import { EXIT, OperatorError } from '../operator-error.js';
import type { CommandIo } from './command-io.js';
import { commandsBelow } from './command-spec.js';
import type { CommandTable } from './command-spec.js';
import { commandTree } from './help/command-tree.js';
import { outputSchema } from './help/json-schema.js';
import { HELP_TOPIC_NAMES } from './help/topic-names.js';
import { HELP_TOPICS } from './help/topics.js';
import { treeText } from './help/tree-text.js';
import { plainText } from '../view/plain-text.js';
import { printResult } from './output/envelope.js';
import type { ParsedOptions } from './parsed-options.js';
import type { Services } from './services.js';

/** What `cdb --help` does not do: topics, the tree, and help as JSON. */
export function run(
  options: ParsedOptions,
  io: CommandIo,
  { commandTable }: Pick<Services, 'commandTable'>,
): number {
  const words = options.list('topic');
  const name = words.join(' ');
  const topic = HELP_TOPIC_NAMES.find((known) => known === name);
  if (topic !== undefined) {
    const text = HELP_TOPICS[topic](commandTable);
    printResult(io, { command: 'help', data: { topic, text }, text: () => text });
  } else if (words[0] === 'json') {
    printOutputSchema(commandTable, words.slice(1).join(' '), io);
  } else {
    printTree(commandTable, name, io);
  }
  return EXIT.OK;
}

function printTree(table: CommandTable, name: string, io: CommandIo): void {
  if (commandsBelow(table, name).length === 0) throw unknownTopic(table, name);
  const tree = commandTree(table, name);
  printResult(io, {
    command: 'help.tree',
    data: tree,
    rows: tree.commands,
    text: () => treeText(tree),
  });
}

function printOutputSchema(table: CommandTable, name: string, io: CommandIo): void {
  const specs = commandsBelow(table, name);
  if (specs.length === 0) throw unknownTopic(table, `json ${name}`);
  const schemas = specs.map(outputSchema);
  // For people it can go straight into a validator.
  const shown = schemas.length === 1 ? schemas[0] : schemas;
  printResult(io, {
    command: 'help.schema',
    data: schemas,
    rows: schemas,
    text: () => `${JSON.stringify(shown, null, 2)}\n`,
  });
}

function unknownTopic(table: CommandTable, name: string): OperatorError {
  const commands = commandsBelow(table, '').map((spec) => spec.name);
  const names = [...HELP_TOPIC_NAMES, ...commands];
  const suggestion = nearest(name, [...names, ...commands.map((command) => `json ${command}`)]);
  return new OperatorError({
    code: 'CDB-E0005',
    what: `No help for "${plainText(name)}": no such command or topic`,
    why: `topics are ${HELP_TOPIC_NAMES.join(', ')}`,
    todo: suggestion === undefined ? 'cdb --help' : `cdb help ${suggestion}`,
    exit: EXIT.NOT_FOUND,
  });
}
