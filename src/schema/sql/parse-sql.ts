import { z } from 'zod';
import { postgresGrammar } from './postgres-grammar.js';

const tree = z.object({
  stmts: z.array(z.object({ stmt: z.record(z.string(), z.unknown()) })).optional(),
});

/** One statement: its kind as the parser calls it (`InsertStmt`), and what is in it. */
export interface ParsedStatement {
  readonly kind: string;
  readonly body: unknown;
}

export interface SqlParser {
  /** @throws SyntaxError with the parser's words */
  parse(text: string): readonly ParsedStatement[];
}

export async function loadSqlParser(): Promise<SqlParser> {
  const parseSync = await postgresGrammar();
  const parse = (text: string): readonly ParsedStatement[] =>
    (tree.parse(parseSync(text)).stmts ?? []).map(({ stmt }) => {
      const [[kind, body] = ['', null]] = Object.entries(stmt);
      return { kind, body };
    });
  // The same statements are looked at for their columns, their rights and their kind.
  const known = new Map<string, readonly ParsedStatement[]>();
  return {
    parse: (text) => {
      const parsed = known.get(text) ?? parse(text);
      known.set(text, parsed);
      return parsed;
    },
  };
}

/** Every node of one kind, at any depth: an INSERT inside a WITH counts too. */
export function nodesOf(node: unknown, kind: string): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(node)) return node.flatMap((item: unknown) => nodesOf(item, kind));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    const below = nodesOf(value, kind);
    return key === kind && isRecord(value) ? [value, ...below] : below;
  });
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text at a path of keys, or null. */
export function textAt(node: unknown, ...path: readonly string[]): string | null {
  const found = path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), node);
  return typeof found === 'string' ? found : null;
}
