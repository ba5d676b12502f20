import { GATE_SCOPES } from '../../engine/control/delivery-gate.js';
import { STOP_REASONS } from '../../engine/control/register.js';
import { STREAM_LIST } from '../../engine/domain/wire/streams.js';
import { commandsBelow, optionNames } from '../command-spec.js';
import type { ArgumentSpec, CommandTable, OptionSpec, ValueSource } from '../command-spec.js';
import { HELP_TOPIC_NAMES } from '../help/topic-names.js';
import { optionsOf } from './line-position.js';
import type { Position } from './line-position.js';

export interface Candidate {
  readonly word: string;
  readonly summary?: string;
}

export interface Offer {
  readonly candidates: readonly Candidate[];
  /** What the shell adds from the disk. */
  readonly paths: 'none' | 'file' | 'directory';
}

/** Names of the last run. */
export interface LiveNames {
  readonly streams: readonly string[];
  readonly symbols: readonly string[];
  readonly strategies: readonly string[];
}

const LIVE_SOURCES: readonly ValueSource[] = [
  'stream',
  'symbol',
  'symbols',
  'strategy',
  'stop scope',
];

/** Whether names of the last run have to be looked up for this. */
export function needsLiveNames({ due }: Position): boolean {
  return due.kind === 'value' && LIVE_SOURCES.some((source) => source === due.of.values);
}

/** All that may stand at the cursor, whatever is typed of it already. */
export async function offerAt(
  position: Position,
  table: CommandTable,
  live: LiveNames,
): Promise<Offer> {
  const { due } = position;
  switch (due.kind) {
    case 'command':
      return words(nextWords(due.below, table));
    case 'flag':
      return words(flags(position, table));
    case 'value':
      return values(due.of, position, { table, live });
    case 'nothing':
      return words([]);
  }
}

function words(candidates: readonly Candidate[]): Offer {
  return { candidates, paths: 'none' };
}

/** `config` once, however many verbs it has. */
function nextWords(below: readonly string[], table: CommandTable): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  for (const { name, summary } of commandsBelow(table, below.join(' '))) {
    const parts = name.split(' ');
    const word = parts[below.length];
    if (word === undefined) continue;
    const isWhole = parts.length === below.length + 1;
    const verbs = commandsBelow(table, parts.slice(0, below.length + 1).join(' '));
    const verbText = verbs.map((verb) => verb.name.split(' ').at(-1)).join(', ');
    found.set(word, { word, summary: isWhole ? summary : verbText });
  }
  return [...found.values()];
}

function flags({ command, given }: Position, table: CommandTable): readonly Candidate[] {
  const open = optionsOf(command, table).filter(
    (option) => option.repeat === true || !given.has(option),
  );
  const help = { word: '--help', summary: 'say what this is for' };
  const candidates = open.flatMap((option) =>
    optionNames(option).map((word) => ({ word, summary: option.summary })),
  );
  return [...candidates, help];
}

interface Sources {
  readonly table: CommandTable;
  readonly live: LiveNames;
}

async function values(
  of: OptionSpec | ArgumentSpec,
  position: Position,
  sources: Sources,
): Promise<Offer> {
  const choices = 'flags' in of ? of.read?.choices : of.choices;
  if (choices !== undefined) {
    const isList = 'flags' in of && of.read?.kind === 'list';
    return words(plain(isList ? listItems(choices, position.typed) : choices));
  }
  return of.values === undefined ? words([]) : fromSource(of.values, position, sources);
}

/** What costs time to load is loaded only where it is offered. */
async function fromSource(
  source: ValueSource,
  { args, typed }: Position,
  { table, live }: Sources,
): Promise<Offer> {
  switch (source) {
    case 'file':
    case 'directory':
      return { candidates: [], paths: source };
    case 'feed':
      return { candidates: plain(['sample']), paths: 'file' };
    case 'stream':
      return words([
        ...STREAM_LIST.map(({ name, carries }) => ({ word: name, summary: carries })),
        ...plain(live.streams),
      ]);
    case 'code':
      return words(plain((await import('../explain/explain-code.js')).CODES));
    case 'symbol':
      return words(plain(live.symbols));
    case 'symbols':
      return words(plain(listItems(live.symbols, typed)));
    case 'strategy':
      return words(plain(live.strategies));
    case 'stop reason':
      return words(plain(STOP_REASONS));
    case 'stop level':
      return words(plain(['halt', 'reduce']));
    case 'stop scope':
      return words(plain(scopes(live)));
    case 'gate scope':
      return words(plain(GATE_SCOPES));
    case 'config key':
      return words((await configKeys()).map(({ key, summary }) => ({ word: key, summary })));
    case 'config value':
      return words(plain((await configKeys()).find(({ key }) => key === args[0])?.choices ?? []));
    case 'threshold':
      return words((await configKeys()).flatMap(({ threshold }) => threshold ?? []).map(assigned));
    case 'table':
      return words(plain(await tableNames()));
    case 'tables':
      return words(plain(listItems(await tableNames(), typed)));
    case 'topic':
      return words([
        ...(args.length === 0 ? plain(HELP_TOPIC_NAMES) : []),
        ...nextWords(args[0] === 'json' ? args.slice(1) : args, table),
      ]);
  }
}

async function tableNames(): Promise<readonly string[]> {
  const files = await import('../../schema/contracts/contract-files.js');
  return files.contractTables(files.contractsDirectory());
}

async function configKeys() {
  return (await import('../../config/keys.js')).CONFIG_KEYS;
}

function plain(list: readonly string[]): readonly Candidate[] {
  return list.map((word) => ({ word }));
}

function assigned(key: string): Candidate {
  return { word: `${key}=` };
}

function scopes({ strategies, symbols }: LiveNames): readonly string[] {
  return [
    'all',
    'strategy:',
    'symbol:',
    ...strategies.map((id) => `strategy:${id}`),
    ...symbols.map((symbol) => `symbol:${symbol}`),
  ];
}

/** `a,b`: each item once, after those that are typed already. */
function listItems(items: readonly string[], typed: string): readonly string[] {
  const done = typed.split(',').slice(0, -1);
  const head = done.map((item) => `${item},`).join('');
  return items.filter((item) => !done.includes(item)).map((item) => `${head}${item}`);
}
