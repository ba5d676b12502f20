import { isAlias, isMap, isScalar, isSeq, Lexer, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import type { ConfigFile } from './config-files.js';
import { fileSettings } from './file-settings.js';
import type { ConfigKey } from './keys.js';

/** The text with one key changed, or null where that cannot be done without losing something. */
export function withSetting(file: ConfigFile, key: ConfigKey, value: unknown): string | null {
  const document = parseDocument(file.text);
  const path = existingPath(document.contents, key.key) ?? newPath(key);
  if (hasAliasOn(document, path)) return null;
  makeSections(document, path.slice(0, -1));
  const before: unknown = document.getIn(path, true);
  const node = document.createNode(value);
  keepComments(before, node);
  document.setIn(path, node);
  const text = document.toString({ lineWidth: 0 });
  return changesNothingElse(file, { ...file, text }, key.key) ? text : null;
}

/** Keys may be nested, dotted (`overrides: {regime.adxTrend: 1}`), or both. */
function existingPath(node: unknown, key: string): readonly string[] | undefined {
  if (!isMap(node)) return undefined;
  for (const pair of node.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : '';
    if (name === key) return [name];
    const below = key.startsWith(`${name}.`)
      ? existingPath(pair.value, key.slice(name.length + 1))
      : undefined;
    if (below !== undefined) return [name, ...below];
  }
  return undefined;
}

function newPath({ key, threshold }: ConfigKey): readonly string[] {
  return threshold === undefined ? key.split('.') : ['thresholds', 'overrides', threshold];
}

/** A section may be missing, or there and empty because all its keys are commented out. */
function makeSections(document: Document, path: readonly string[]): void {
  for (let size = 0; size <= path.length; size += 1) {
    const section = path.slice(0, size);
    const found = size === 0 ? document.contents : document.getIn(section, true);
    if (isMap(found)) continue;
    const map = document.createNode({});
    keepComments(found, map);
    if (size === 0) document.contents = map;
    else document.setIn(section, map);
  }
}

/** Those inside a list go with it; then the text is not changed at all. */
function keepComments(before: unknown, after: Node): void {
  if (!isScalar(before) && !isSeq(before)) return;
  after.comment = before.comment ?? null;
  after.commentBefore = before.commentBefore ?? null;
}

function hasAliasOn(document: Document, path: readonly string[]): boolean {
  return path.some((_, index) => isAlias(document.getIn(path.slice(0, index + 1), true)));
}

/** Judged by what the two texts say, not by how they were edited. */
function changesNothingElse(before: ConfigFile, after: ConfigFile, key: string): boolean {
  const others = (file: ConfigFile) => {
    const { settings, faults } = fileSettings(file);
    const kept = settings.filter((one) => one.key !== key).map((one) => [one.key, one.raw]);
    return JSON.stringify([kept.sort(), faults.length]);
  };
  const kept = comments(after.text);
  const isKept = comments(before.text).every((comment) => {
    const at = kept.indexOf(comment);
    if (at !== -1) kept.splice(at, 1);
    return at !== -1;
  });
  return isKept && others(before) === others(after);
}

function comments(text: string): string[] {
  return [...new Lexer().lex(text)]
    .filter((lexeme) => lexeme.startsWith('#'))
    .map((comment) => comment.trim());
}
