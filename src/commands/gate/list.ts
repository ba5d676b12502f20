import type { GateCopy, GateReading } from '../../engine/control/delivery-gate.js';
import { gateWarnings } from '../../engine/control/delivery-gate-warnings.js';
import { EXIT } from '../../operator-error.js';
import { agoText, durationText } from '../../view/age.js';
import { statedScopes } from '../../view/board/permission-board.js';
import type { CommandIo } from '../command-io.js';
import { printRows } from '../output/envelope.js';
import { chooseFields, type RowFields } from '../output/row-fields.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { lookAtGate, type GateLook } from './gate-look.js';
import type { GateServices } from './gate-services.js';

/** What is open, what the files say, and what is wrong with them. Reads only. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: GateServices,
): Promise<number> {
  const fields = chooseFields('gate list', FIELDS, options.list('fields'));
  const gate = await services.deliveryGate(options, io);
  const look = await lookAtGate(gate, io.nowMs());
  const warnings = gateWarnings(gate.hash, look.copies, look.moment);
  const rows = statedScopes(look.copies).map((scope) => scopeJson(look, scope));
  const files = look.copies.map(fileJson);
  printRows(io, {
    command: 'gate.list',
    rows,
    fields,
    data: (scopes) => ({ files, scopes, warnings }),
    text: (table) =>
      [
        ...look.copies.map(({ file, working }, at) =>
          plainText(`file    ${file}   ${workingWords(working)}   ${files[at]?.committed ?? ''}`),
        ),
        ...(rows.length === 0 ? ['nothing is open'] : [table.trimEnd()]),
        ...warnings.map(({ text }) => plainText(`WARN    ${text}`)),
        '',
      ].join('\n'),
  });
  return EXIT.OK;
}

type ScopeJson = ReturnType<typeof scopeJson>;

function scopeJson({ judge }: GateLook, scope: string) {
  const verdict = judge(scope);
  const opening = verdict.open ? verdict.opening : null;
  const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    scope,
    open: verdict.open,
    approved_by: opening?.approvedBy ?? null,
    approved_at: iso(opening?.approvedAtMs),
    expires_at: iso(opening?.expiresAtMs),
    why: verdict.open ? verdict.opening.reason : verdict.why,
  };
}

const FIELDS: RowFields<ScopeJson> = {
  scope: { text: ({ scope }) => scope },
  open: { title: 'state', text: ({ open }) => (open ? 'OPEN' : 'closed') },
  approved_by: { title: 'by', text: (row) => row.approved_by ?? '-', widthMax: 24 },
  approved_at: {
    title: 'opened',
    text: ({ approved_at: at }, nowMs) => (at === null ? '-' : agoText(Date.parse(at), nowMs)),
  },
  expires_at: {
    title: 'ends in',
    text: ({ expires_at: at }, nowMs) => (at === null ? '-' : durationText(Date.parse(at) - nowMs)),
  },
  why: { text: ({ why }) => why },
};

function fileJson({ file, working, committed }: GateCopy) {
  const stated = working.state === 'present' ? working.stated : null;
  return {
    file,
    state: working.state,
    form: stated?.form ?? null,
    approved: stated?.approved ?? null,
    approved_by: stated?.approvedBy ?? null,
    approved_at: stated?.approvedAt ?? null,
    committed:
      committed.state === 'committed'
        ? `commit ${committed.commit.slice(0, 12)}`
        : `not committed: ${committed.why}`,
  };
}

function workingWords(working: GateReading): string {
  switch (working.state) {
    case 'absent':
      return 'does not exist: closed';
    case 'unreadable':
      return 'cannot be understood: closed';
    case 'present': {
      const { form, approved } = working.stated;
      return `${form} form, approved: ${approved === null ? 'neither true nor false' : approved}`;
    }
  }
}
