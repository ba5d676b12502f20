/**
 * Folder under src/ to the folders that it may import (itself is always allowed). The longest
 * matching folder counts. Source: design.md section 6.
 */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  'engine/domain': [],
  'engine/stages': ['engine/domain'],
  'engine/control': ['engine/domain'],
  'engine/ports': ['engine/domain', 'engine/control'],
  engine: ['engine/domain', 'engine/stages', 'engine/control', 'engine/ports'],
  view: ['engine/domain', 'engine/ports', 'engine/control'],
  tui: ['engine/domain', 'view'],
  adapters: ['engine/domain', 'engine/ports', 'engine/control', 'config', 'operator-error', 'view'],
  schema: ['engine/domain', 'engine/ports', 'config', 'operator-error'],
  doctor: [
    'engine/domain',
    'engine/ports',
    'engine/control',
    'schema',
    'view',
    'config',
    'operator-error',
  ],
  config: ['engine/domain', 'engine/control', 'operator-error'],
  'operator-error': [],
  commands: [
    'engine/domain',
    'engine/ports',
    'engine/control',
    'engine',
    'schema',
    'doctor',
    'view',
    'config',
    'operator-error',
  ],
  main: [
    'engine/domain',
    'engine/ports',
    'engine/control',
    'engine',
    'schema',
    'doctor',
    'view',
    'tui',
    'adapters',
    'config',
    'operator-error',
    'commands',
  ],
};

/** Folders that import nothing from outside the tree, with the packages allowed anyway. */
export const PURE: Readonly<Record<string, readonly string[]>> = {
  'engine/domain': ['zod'],
  'engine/stages': [],
  'engine/ports': [],
};

export const DETERMINISTIC: readonly string[] = [
  'engine/domain',
  'engine/stages',
  'engine/control',
];

/** What a deterministic folder must not name; `// nondeterministic-ok: why` on the line excuses. */
export const BANS: Readonly<Record<string, RegExp>> = {
  'Date.now()': /\bDate\.now\(/g,
  'new Date()': /\bnew Date\(\)/g,
  'Math.random()': /\bMath\.random\(/g,
  randomUUID: /\brandomUUID\b/g,
  'performance.now': /\bperformance\.now\b/g,
  'process.*': /\bprocess\.(?:env|hrtime|nextTick|exit)\b/g,
  setTimeout: /\bsetTimeout\b/g,
  setInterval: /\bsetInterval\b/g,
  setImmediate: /\bsetImmediate\b/g,
  'console.*': /\bconsole\./g,
  localeCompare: /\blocaleCompare\b/g,
  'toLocale*String': /\btoLocale\w*String\b/g,
  'Intl.*': /\bIntl\./g,
  await: /\bawait\b/g,
  Promise: /\bPromise\b/g,
};

/** A name that says nothing about what is inside. */
export const NAMELESS_FILE = /(?:^|\/)(?:utils?|helpers?|common|types|interfaces|index)\.tsx?$/;
