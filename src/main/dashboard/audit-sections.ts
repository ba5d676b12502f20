import type { Board } from '../../view/board/board.js';
import { blockRows, blocksBoard } from '../../view/board/blocks-board.js';
import { fillRows, fillsBoard } from '../../view/board/fills-board.js';
import type { Section } from '../../view/board/section.js';
import { BLOCKS_WINDOW_MS, NOTHING_YET, type AuditSeen } from './audit-look.js';
import { stackSeen, type BoardFacts } from './board-facts.js';
import type { BoardHistories } from './board-histories.js';
import type { Down } from './poll.js';
import { remembered } from './remembered.js';

const NO_DATABASE = 'no engine runs, and its database is started for no look';

/** The sections that come out of the audit trail. */
export class AuditSections {
  readonly #histories: BoardHistories;
  readonly #blocks = remembered<Board['blocks']['value']>();
  readonly #fills = remembered<Board['fills']['value']>();
  readonly #blockRows = remembered<ReturnType<typeof blockRows>>();
  readonly #fillRows = remembered<ReturnType<typeof fillRows>>();

  constructor(histories: BoardHistories) {
    this.#histories = histories;
  }

  blocks(facts: BoardFacts): Board['blocks'] {
    const seen = seenOf(facts);
    const { push } = facts;
    const value =
      seen &&
      this.#blocks([seen, push], () => {
        const { summary, list } = seen;
        const rows = this.#blockRows([list], () => blockRows(list));
        return blocksBoard({ summary, rows }, BLOCKS_WINDOW_MS, (code) =>
          this.#histories.codes.trend(code, push?.view.observedAtMs ?? facts.nowMs),
        );
      });
    return { ...auditPart(facts), value };
  }

  fills(facts: BoardFacts): Board['fills'] {
    const seen = seenOf(facts);
    const { parts, link } = facts;
    const push = link.state === 'up' ? facts.push : null;
    const left = stackSeen(facts)?.orders ?? parts.disk.value?.orders ?? null;
    const orders = link.state === 'absent' ? (left ?? parts.orders.value) : parts.orders.value;
    const value =
      seen &&
      this.#fills([seen, orders, push], () => {
        const { fills: list } = seen;
        const fills = this.#fillRows([list], () => fillRows(list));
        return fillsBoard({ fills, total: list.total, orders: orders ?? [] }, push);
      });
    return { ...auditPart(facts), value };
  }
}

function seenOf({ parts }: BoardFacts): Omit<AuditSeen, 'latencyMs'> | null {
  const { value } = parts.audit;
  return value === 'none' ? NOTHING_YET : value;
}

function auditPart({ ports, link, parts }: BoardFacts): Omit<Section<never>, 'value'> {
  const { asOfMs, everyMs, down } = parts.audit;
  const isDirect = ports.readsDirectly();
  const isAway = !isDirect && (link.state === 'absent' || link.state === 'silent');
  const away: Down = link.down ?? { sinceMs: link.sinceMs ?? 0, why: NO_DATABASE };
  return {
    source: isDirect ? 'PostgreSQL' : 'engine',
    ...{ asOfMs, everyMs, down: isAway ? away : down },
  };
}
