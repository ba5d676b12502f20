import { agoText } from '../../view/age.js';
import { countCell } from '../../view/board/tables/cell-text.js';
import { levelTone, statusTone } from '../../view/board/tables/state-word.js';
import type { Line } from '../line.js';
import { freshnessLabel, nothingWords } from './freshness-label.js';
import { sentence } from './list-panel.js';
import type { Scene } from './scene.js';
import { say } from './spans.js';

/** Mode, level, who set it and why, the watchdog, the canary and the verdict of the readiness. */
export function controlFacts(scene: Scene, columns: number): readonly Line[] {
  return [...registerLines(scene, columns), ...permissionLines(scene, columns)];
}

function registerLines({ board, shownMs }: Scene, columns: number): readonly Line[] {
  const { control } = board;
  if (control.value === null) return sentence(`register: ${nothingWords(control)}`, columns);
  const { mode, level, epoch, reason, message, operator, atMs, ordersTo, watchdog } = control.value;
  const { openOrders, openPositions } = control.value;
  const { doubt } = freshnessLabel(control, shownMs);
  const why = message === '' ? reason : `${reason}: ${message}`;
  return [
    [
      say(` mode ${mode.toUpperCase()}${doubt}   level `, 'title'),
      say(`${level}${doubt}`, levelTone(level)),
      say(`   epoch ${epoch}   orders→${ordersTo}`),
    ],
    [say(` set by ${operator} ${agoText(atMs, shownMs)}: ${why}`)],
    [
      say(` open orders ${countCell(openOrders)}${doubt}`),
      say(`   open positions ${countCell(openPositions)}${doubt}`),
    ],
    ...(watchdog === '' ? [] : [[say(` watchdog: ${watchdog}`)]]),
  ];
}

function permissionLines({ board }: Scene, columns: number): readonly Line[] {
  const { permissions } = board;
  if (permissions.value === null) {
    return sentence(`gates and readiness: ${nothingWords(permissions)}`, columns);
  }
  const { canary, readiness } = permissions.value;
  const verdict = readiness?.verdict ?? '';
  const items = readiness?.items ?? [];
  const isReady = items.length > 0 && items.every(({ status }) => statusTone(status) === 'good');
  return [
    ...canary.map((words): Line => [say(` canary: ${words}`)]),
    ...(verdict === ''
      ? []
      : [[say(` readiness: ${verdict}`, isReady ? 'good' : ('warn' as const))]]),
  ];
}
