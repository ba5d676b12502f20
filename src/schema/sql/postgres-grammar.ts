import type { ParseResult } from 'libpg-query';

/** PostgreSQL's own grammar; only commands that read SQL pay for loading it. @returns throws SqlError */
export async function postgresGrammar(): Promise<(text: string) => ParseResult> {
  const { loadModule, parseSync } = await import('libpg-query');
  await loadModule();
  return parseSync;
}
