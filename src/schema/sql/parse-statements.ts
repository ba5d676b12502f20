import type { Node } from 'libpg-query';
import { postgresGrammar } from './postgres-grammar.js';

export interface Statement {
  readonly node: Node;
  /** As it stands in the file, without the comments before it. */
  readonly text: string;
}

type Parsed =
  | { readonly ok: true; readonly statements: readonly Statement[] }
  | { readonly ok: false; readonly why: string };

/** The statements of a file. */
export async function parseStatements(sql: string): Promise<Parsed> {
  const parseSync = await postgresGrammar();
  try {
    const bytes = Buffer.from(sql);
    const statements = (parseSync(sql).stmts ?? []).flatMap(({ stmt, ...place }) => {
      const start = place.stmt_location ?? 0;
      const end = place.stmt_len ? start + place.stmt_len : bytes.length;
      const text = withoutComments(bytes.toString('utf8', start, end));
      return stmt === undefined ? [] : [{ node: stmt, text }];
    });
    return { ok: true, statements };
  } catch (fault) {
    return { ok: false, why: fault instanceof Error ? fault.message : String(fault) };
  }
}

function withoutComments(text: string): string {
  return text.replace(/^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, '').trim();
}
