import { statusTone, markedWord } from '../../view/board/tables/state-word.js';
import type { Line } from '../line.js';
import { bannerLine, secondLine } from './banner.js';
import { figureLines } from './figure-lines.js';
import { keyLine, statusLine } from './foot-lines.js';
import { freshnessLabel, nothingWords } from './freshness-label.js';
import { drawBox, insideOf } from './panel-box.js';
import type { Scene } from './scene.js';
import { say } from './spans.js';

/** Little room: where orders go, the figures, and the worst that is known. */
export function vitalScreen(scene: Scene): readonly Line[] {
  const { columns, rows } = scene.frame.size;
  const head = [bannerLine(scene), secondLine(scene), ...figureLines(scene)];
  const foot = [statusLine(scene), keyLine(scene)];
  const box = { columns, rows: rows - head.length - foot.length };
  const label = freshnessLabel(scene.board.doctor, scene.shownMs).span;
  const worst = worstLines(scene).slice(0, insideOf(box).rows);
  return [
    ...head,
    ...drawBox(box, { title: say('Worst findings', 'title'), label }, worst),
    ...foot,
  ];
}

/** What refuses everything, what stalls, then the findings of the doctor, worst first. */
function worstLines({ board }: Scene): readonly Line[] {
  const { blocks, stages, doctor } = board;
  const pattern = blocks.value?.pattern ?? '';
  const lines: Line[] = [];
  if (pattern !== '') lines.push([say(` ▲ BLOCKED: ${pattern}`, 'bad')]);
  for (const reason of stages.value?.reasons ?? []) lines.push([say(` ✖ ${reason}`, 'bad')]);
  if (doctor.value === null) lines.push([say(` 6 Doctor: ${nothingWords(doctor)}`, 'dim')]);
  const findings = (doctor.value?.findings ?? []).filter(({ status }) => status !== 'OK');
  for (const { status, id, says } of findings) {
    const tone = statusTone(status);
    lines.push([say(` ${markedWord(tone, status)} `, tone), say(`${id}: ${says}`)]);
  }
  const next = doctor.value?.nextStep ?? '';
  if (next !== '') lines.push([say(' next: ', 'title'), say(next, 'key')]);
  return lines.length > 0 ? lines : [[say(' ● nothing is wrong that cdb knows of', 'good')]];
}
