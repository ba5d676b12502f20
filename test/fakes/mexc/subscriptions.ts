import { parseChannel, type Channel } from './channel-name.js';
import type { Connection } from './connection.js';
import { ackMessage, controlText, type ControlRequest } from './control-answers.js';
import type { FaultBoard } from './fault-board.js';

export interface SubscriptionRules {
  readonly board: FaultBoard;
  /** Open to the API. */
  readonly symbols: ReadonlySet<string>;
  readonly subscriptionsMax: number;
  /** Newest trade of the market: only later ones are delivered. */
  newestSequence(): number;
  onSubscribed(): void;
}

/** Does what the request asks for and answers it, or does not, by the faults of the moment. */
export function subscribe(
  connection: Connection,
  request: Exclude<ControlRequest, { method: 'PING' }>,
  rules: SubscriptionRules,
): void {
  const { board } = rules;
  const accepted: string[] = [];
  const rejected: string[] = [];
  for (const name of request.params) {
    if (request.method === 'UNSUBSCRIPTION') {
      connection.subscriptions.delete(name);
      accepted.push(name);
    } else if (admit(connection, name, rules)) {
      accepted.push(name);
    } else {
      rejected.push(name);
    }
  }
  connection.log.channels.splice(0, Infinity, ...connection.subscriptions.keys());
  if (board.find('ack-missing', connection.id) !== undefined) return;
  const delayMs = board.find('ack-delayed', connection.id)?.delayMs ?? 0;
  connection.answer(controlText(request.id, ackMessage(accepted, rejected)), delayMs);
}

function admit(connection: Connection, name: string, rules: SubscriptionRules): boolean {
  const channel = parseChannel(name);
  if (channel === null || !rules.symbols.has(channel.symbol)) return false;
  if (isRejected(connection, channel, rules.board)) return false;
  if (connection.subscriptions.has(name)) return true;
  if (connection.subscriptions.size >= rules.subscriptionsMax) return false;
  connection.subscriptions.set(name, {
    channel,
    afterSequence: rules.newestSequence(),
    mute: rules.board.find('lying-ack', connection.id) !== undefined,
    owed: rules.board.find('duplicates', connection.id)?.trades ?? 0,
  });
  rules.onSubscribed();
  return true;
}

function isRejected(connection: Connection, { symbol }: Channel, board: FaultBoard): boolean {
  const fault = board.find('reject', connection.id);
  return fault !== undefined && (fault.symbols?.includes(symbol) ?? true);
}
