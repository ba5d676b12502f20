import type { Node } from 'libpg-query';

/** A name as a statement would have it, whatever is in it. */
export function nameOf(parts: readonly string[]): string {
  return parts.map(quoted).join('.');
}

function quoted(part: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`;
}

/** The strings of a list (`a.b`), of a single name, or of a type. */
export function stringsOf(node: Node | undefined): readonly string[] {
  if (node === undefined) return [];
  if ('String' in node) return [node.String.sval ?? ''];
  if ('List' in node) return (node.List.items ?? []).flatMap(stringsOf);
  if ('TypeName' in node) return (node.TypeName.names ?? []).flatMap(stringsOf);
  if ('ObjectWithArgs' in node) return (node.ObjectWithArgs.objname ?? []).flatMap(stringsOf);
  return [];
}
