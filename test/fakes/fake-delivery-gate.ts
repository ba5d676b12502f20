import { nodeHash } from '../../src/adapters/node-hash.js';
import { withOpening, withoutScope } from '../../src/adapters/gate/gate-edit.js';
import { readGateText } from '../../src/adapters/gate/gate-text.js';
import type { GateServices } from '../../src/commands/gate/gate-services.js';
import {
  LEDGER_START,
  nextEntry,
  type LedgerEntry,
  type LedgerEvent,
} from '../../src/engine/domain/ledger.js';
import type { DeliveryGate } from '../../src/engine/ports/delivery-gate.js';
import { DependencyError } from '../../src/operator-error.js';

export interface FakeGate extends GateServices {
  readonly gate: DeliveryGate;
  readonly entries: LedgerEntry[];
  /** What the file says; null: there is none. */
  text: string | null;
  /** What is committed of it; the word "same": whatever it says. */
  committed: string | null;
  /** The ledger takes nothing more. */
  isLedgerFull: boolean;
  /** The file can't be written. */
  isReadOnly: boolean;
  events(): readonly LedgerEvent[];
}

/** One gate file and one ledger in memory. */
export function fakeGate(text: string | null = null): FakeGate {
  const read = (from: string | null) =>
    from === null ? { state: 'absent' as const } : readGateText(from);
  const gate: DeliveryGate = {
    hash: nodeHash,
    ledger: {
      append: (event) => {
        if (fake.isLedgerFull) {
          throw new DependencyError('no space', { dependency: 'disk', retryable: false });
        }
        const entry = nextEntry(nodeHash, fake.entries.at(-1) ?? LEDGER_START, event);
        fake.entries.push(entry);
        return entry;
      },
      head: () => fake.entries.at(-1) ?? LEDGER_START,
      entries: () => [...fake.entries],
    },
    copies: async () => {
      const there = fake.committed === 'same' ? fake.text : fake.committed;
      return [
        {
          file: 'gate.yaml',
          working: read(fake.text),
          committed: { state: 'committed', commit: 'c0ffee', reading: read(there) },
        },
      ];
    },
    open: async (opening) => {
      fake.text = withOpening(fake.text, opening);
    },
    close: async (closing) => {
      const before = fake.text;
      if (fake.isReadOnly) return [{ file: 'gate.yaml', outcome: 'failed', why: 'read-only' }];
      if (before === null) return [{ file: 'gate.yaml', outcome: 'absent', why: '' }];
      fake.text = withoutScope(before, closing.scope, closing);
      const outcome = fake.text === before ? ('unchanged' as const) : ('closed' as const);
      return [{ file: 'gate.yaml', outcome, why: '' }];
    },
  };
  const fake: FakeGate = {
    gate,
    entries: [],
    text,
    committed: 'same',
    isLedgerFull: false,
    isReadOnly: false,
    events: () => fake.entries.map(({ event }) => event),
    deliveryGate: async () => gate,
  };
  return fake;
}
