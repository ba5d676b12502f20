import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document, YAMLMap } from 'yaml';
import type { ConfigFile } from './config-files.js';
import { CONFIG_SECTIONS } from './keys.js';
import type { ConfigFault, Setting } from './setting.js';

interface Found {
  readonly settings: readonly Setting[];
  readonly faults: readonly ConfigFault[];
}

/** Flattens one YAML file to dotted keys, each with its line. Unknown keys are kept for later. */
export function fileSettings({ path, text }: ConfigFile): Found {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number) =>
    ({ kind: 'file', path, line: Math.max(1, lines.linePos(offset).line) }) as const;
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ message, pos }) => ({
      key: '(file)',
      given: message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, ''),
      required: 'valid YAML',
      origin: at(pos[0]),
    }));
    return { settings: [], faults };
  }
  const root = document.contents;
  if (root === null) return { settings: [], faults: [] };
  if (!isMap(root)) {
    const fault = {
      key: '(file)',
      given: plainValue(root, document),
      required: 'keys and values',
      origin: at(0),
    };
    return { settings: [], faults: [fault] };
  }
  return { settings: flatten(root, '', document, at), faults: [] };
}

function flatten(
  map: YAMLMap,
  prefix: string,
  document: Document,
  at: (offset: number) => Setting['origin'],
): readonly Setting[] {
  return map.items.flatMap((pair): readonly Setting[] => {
    const name = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
    const key = `${prefix}${name}`;
    if (isMap(pair.value)) return flatten(pair.value, `${key}.`, document, at);
    const raw = plainValue(pair.value, document);
    // A section whose keys are all commented out is empty, not wrong.
    if (raw === null && CONFIG_SECTIONS.has(key)) return [];
    const offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
    return [{ key, raw, origin: at(offset) }];
  });
}

function plainValue(node: unknown, document: Document): unknown {
  return isNode(node) ? node.toJS(document) : null;
}
