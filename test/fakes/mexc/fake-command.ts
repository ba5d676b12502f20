import type { SourceTrade } from '../venue/trade-source.js';
import type { FaultOrder } from './fault-board.js';
import type { FaultKind } from './faults.js';
import type { SentSelection } from './sent-log.js';

/** What the fake in its own process can be told, one JSON line each. */
export type FakeCommand =
  | { readonly do: 'order'; readonly order: FaultOrder }
  | { readonly do: 'end-fault'; readonly kind: FaultKind | 'all' }
  | { readonly do: 'trade'; readonly trade: Omit<SourceTrade, 'atMs' | 'id'> }
  | { readonly do: 'deliverable'; readonly selection?: SentSelection }
  | { readonly do: 'connections' }
  | { readonly do: 'happened'; readonly symbol: string }
  | { readonly do: 'faults' };

export type FakeReply =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string };
