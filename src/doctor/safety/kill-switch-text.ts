/** The kill-switch file of a stack as its two readers in there take it, and what is wrong with it. */
export interface KillSwitchText {
  /** Null: it does not say so in the one way that both readers understand. */
  readonly state: 'active' | 'inactive' | null;
  readonly reason: string;
  readonly message: string;
  /** Each of these alone makes a reader of the stack take "stopped" for "not stopped". */
  readonly faults: readonly string[];
  /** Not as it is written, and without consequence. */
  readonly oddities: readonly string[];
}

const KEYS = ['state', 'reason', 'message', 'activated_at', 'updated_at'] as const;
const CHARS_SHOWN = 40;

/** Source: domain.md 4.2, "Behaviour on odd files". */
export function readKillSwitchText(text: string): KillSwitchText {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const pairs = lines.map((line) => {
    const at = line.indexOf('=');
    return at < 0
      ? { key: line, value: null }
      : { key: line.slice(0, at), value: line.slice(at + 1) };
  });
  const valueOf = (key: string) => pairs.findLast((pair) => pair.key === key)?.value ?? '';
  const states = pairs.flatMap(({ key, value }) => (key === 'state' ? [value ?? ''] : []));
  const faults =
    lines.length === 0 ? ['is empty, which reads as not stopped'] : stateFaults(states);
  const [only] = states;
  const isClear = faults.length === 0 && (only === 'active' || only === 'inactive');
  return {
    state: isClear ? only : null,
    reason: valueOf('reason'),
    message: valueOf('message'),
    faults,
    oddities: oddities(pairs.map(({ key }) => key)),
  };
}

function stateFaults(states: readonly string[]): readonly string[] {
  const [state = ''] = states;
  if (states.length === 0) {
    return ['has no state line: one reader takes that for stopped, the other for not stopped'];
  }
  if (states.length > 1) return [`has ${states.length} state lines, and the last one wins`];
  if (state === 'active' || state === 'inactive') return [];
  const shown = JSON.stringify(state.slice(0, CHARS_SHOWN));
  return [`says state=${shown}; anything but "active" in lower case reads as not stopped`];
}

function oddities(keys: readonly string[]): readonly string[] {
  const missing = KEYS.filter((key) => key !== 'state' && !keys.includes(key));
  const others = keys.filter((key) => !KEYS.some((known) => known === key)).length;
  return [
    ...(missing.length === 0 ? [] : [`has no line ${missing.join(', ')}`]),
    ...(others === 0 ? [] : [`has ${others} lines that nobody writes there`]),
  ];
}
