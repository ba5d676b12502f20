import { textTable } from '../tables/text-table.js';
import type { ArgumentJson, CommandJson, CommandTree, OptionJson } from './command-tree.js';

/** For people: one block a command, the global options last. */
export function treeText({ commands, global_options: globals }: CommandTree): string {
  return [
    ...commands.map(commandText),
    `global options, before or after every command\n${table(globals.map(optionRow))}`,
  ].join('\n');
}

/** Nothing of the table is cut; it has no text from outside. */
const WIDTH_MAX = 400;
const COLUMNS = [1, 2, 3].map(() => ({ title: '', widthMax: WIDTH_MAX }));

function commandText({ name, summary, arguments: parts, options }: CommandJson): string {
  const usage = ['cdb', name, ...parts.map(({ form }) => form)].join(' ');
  const rows = [...parts.map(argumentRow), ...options.map(optionRow)];
  return `${usage}   ${summary}\n${table(rows)}`;
}

function argumentRow({ form, kind, choices, summary }: ArgumentJson): readonly string[] {
  return [form, choices?.join('|') ?? kind, summary];
}

function optionRow(option: OptionJson): readonly string[] {
  const { flags, value, summary } = option;
  const name = value === null ? flags.join(', ') : `${flags.join(', ')} <${value.name}>`;
  const kind = value === null ? 'flag' : (value.choices?.join('|') ?? value.kind);
  return [name, kind, [summary, ...notes(option)].join('; ')];
}

function notes({ repeatable, config_key, config_value, default: fallback, env }: OptionJson) {
  const sets = config_value === null ? '' : ` to ${config_value}`;
  return [
    ...(repeatable ? ['repeatable'] : []),
    ...(config_key === null ? [] : [`sets ${config_key}${sets}`]),
    ...(fallback === null || config_value !== null ? [] : [`default ${JSON.stringify(fallback)}`]),
    ...(env === null ? [] : [`env ${env}`]),
  ];
}

/** Indented, and without the titles, which would stand over every block. */
function table(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const lines = textTable(COLUMNS, rows).split('\n').slice(1, -1);
  return lines.map((line) => `  ${line}\n`).join('');
}
