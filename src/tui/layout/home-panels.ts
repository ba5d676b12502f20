import type { Line } from '../line.js';
import type { ListName } from '../ui-state.js';
import { listPanel, sentence } from './list-panel.js';
import { insideOf, type Box } from './panel-box.js';
import type { Scene } from './scene.js';
import { say } from './spans.js';

/** A list as Home shows it: with what matters about it besides its rows. */
export function homePanel(scene: Scene, list: ListName, box: Box): readonly Line[] {
  const { columns, rows } = insideOf(box);
  switch (list) {
    case 'streams':
      return listPanel(scene, { list, ...box, foot: streamsFoot(scene) });
    case 'codes':
      return listPanel(scene, { list, ...box, foot: patternLines(scene, columns) });
    case 'fills':
      return listPanel(scene, { list, ...box, foot: fillsFoot(scene, columns) });
    case 'findings':
      return listPanel(scene, {
        ...{ list, ...box, hasHeader: rows > 8 },
        foot: doctorFoot(scene),
      });
    case 'stages':
    case 'engines':
      return listPanel(scene, { list, ...box, head: stagesHead(scene) });
    case 'events':
      return listPanel(scene, { list, ...box, hasHeader: rows > 8 });
    default:
      return listPanel(scene, { list, ...box });
  }
}

export function streamsFoot({ board }: Scene): readonly Line[] {
  const isCapped = (board.streams.value ?? []).some((row) => row.exists && row.isCapped);
  return isCapped
    ? [[say(' = full: LEN stays at its cap; IN/s counts what was added', 'dim')]]
    : [];
}

/** Said in words: what refuses everything is seldom risk at work. */
export function patternLines({ board }: Scene, columns: number): readonly Line[] {
  const pattern = board.blocks.value?.pattern ?? '';
  return pattern === '' ? [] : sentence(`▲ ${pattern}`, columns, 'warn');
}

export function fillsFoot({ board }: Scene, columns: number): readonly Line[] {
  const value = board.fills.value;
  if (value === null || value.whyNone === '' || value.fills.length === 0) return [];
  return sentence(`no newer fill: ${value.whyNone}`, columns);
}

/** The word and its first reason. */
export function stagesHead({ board }: Scene): readonly Line[] {
  const value = board.stages.value;
  if (value === null) return [];
  const [reason = ''] = value.reasons;
  if (reason === '') return [[say(` ● ${value.word}`, 'good')]];
  const more = value.reasons.length > 1 ? ` (+${value.reasons.length - 1} more in 5)` : '';
  return [[say(` ✖ ${reason}${more}`, 'bad')]];
}

/** How many of each, then the one next step. */
export function doctorFoot({ board }: Scene): readonly Line[] {
  const value = board.doctor.value;
  if (value === null) return [];
  const counts = value.counts.map(({ status, count }) => `${count} ${status}`).join(', ');
  const gate = value.needsGate === '' ? '' : `  needs gate: ${value.needsGate}`;
  const lines: Line[] = [[say(` ${counts}`, 'dim')]];
  if (value.nextStep !== '') {
    lines.push([say(' next: ', 'title'), say(value.nextStep, 'key'), say(gate, 'warn')]);
  }
  return lines;
}
