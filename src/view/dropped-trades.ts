/** Trades that the engine took nothing from; one that is out of order still counts in its candle. */
export function droppedTrades(refused: Readonly<Record<string, number>>): number {
  return Object.entries(refused)
    .filter(([fault]) => fault !== 'out_of_order')
    .reduce((sum, [, count]) => sum + count, 0);
}
