import { check, evidence, type Check, type Remedy } from '../check.js';
import type { KillSwitchFile } from './facts.js';
import { readKillSwitchText, type KillSwitchText } from './kill-switch-text.js';

const WINDOW_MS = 60_000;

const REMEDY: Remedy = {
  does: 'stop the stack, have its risk service write the file anew, look at it from both services',
  command: null,
  risk: 'until then nobody knows whether a stop of the stack stops anything',
  gate: null,
  testsAfter: ['cdb doctor --only "safety.kill_switch*" is OK'],
};

interface ReadFile extends KillSwitchFile {
  readonly says: KillSwitchText | null;
}

function read(file: KillSwitchFile): ReadFile {
  return { ...file, says: file.text === null ? null : readKillSwitchText(file.text) };
}

const FILE: Check = check({
  id: 'safety.kill_switch_file',
  group: 'safety',
  level: 'P0',
  title: 'the kill-switch file of the stack says one thing, and the same to all its services',
  matters: 'a file that is missing, empty or misspelled reads as "not stopped" in the stack',
  components: ['safety', 'risk', 'execution'],
  needs: ['killSwitchFiles'],
  windowMs: WINDOW_MS,
  examine: ({ killSwitchFiles }) => {
    const files = killSwitchFiles.value.map(read);
    const faults = files.flatMap(({ path, fault, says }) => [
      ...(fault === null ? [] : [`${path} ${fault}`]),
      ...(says?.faults ?? []).map((one) => `${path} ${one}`),
    ]);
    const states = new Set(files.map(({ says }) => says?.state ?? 'unknown'));
    const unlike =
      states.size > 1
        ? [
            `the services do not see the same: ${files.map(({ path, says }) => `${path} ${says?.state ?? 'unknown'}`).join(', ')}`,
          ]
        : [];
    const all = [...faults, ...unlike];
    const figures = { files: files.length, faults: all.length, state: [...states].join(' ') };
    const seen = files.map(({ path, says }) =>
      evidence(killSwitchFiles, `${path}: ${says?.state ?? 'unknown'}`),
    );
    if (all.length > 0) {
      return { status: 'FAIL', says: all.join('; '), evidence: seen, figures, remedy: REMEDY };
    }
    const odd = files.flatMap(({ path, says }) =>
      (says?.oddities ?? []).map((one) => `${path} ${one}`),
    );
    const [first] = files;
    const state = first?.says?.state ?? 'unknown';
    const why = [first?.says?.reason, first?.says?.message].filter(Boolean).join(': ');
    if (state === 'active') {
      const says = `the stack is stopped: ${why}${odd.length === 0 ? '' : `; ${odd.join('; ')}`}`;
      return { status: 'WARN', level: 'P1', says, evidence: seen, figures };
    }
    if (odd.length > 0)
      return { status: 'WARN', level: 'P2', says: odd.join('; '), evidence: seen, figures };
    return { status: 'OK', says: `inactive in ${files.length} files`, evidence: seen, figures };
  },
});

const SEEN: Check = check({
  id: 'safety.kill_switch_seen',
  group: 'safety',
  level: 'P0',
  title: 'the risk service sees the kill switch as its file says it',
  matters: 'a service that reads another file goes on after a stop',
  components: ['safety', 'risk'],
  needs: ['killSwitchSaid'],
  looks: ['killSwitchFiles'],
  after: ['safety.kill_switch_file'],
  windowMs: WINDOW_MS,
  examine: ({ killSwitchSaid }, { readings }) => {
    const { killSwitchFiles } = readings;
    const files = killSwitchFiles.state === 'read' ? killSwitchFiles.value.map(read) : [];
    const said = killSwitchSaid.value;
    const seen = said.map(({ service, url, active, fault }) =>
      evidence(
        killSwitchSaid,
        `${service} at ${url}: ${fault ?? (active === true ? 'active' : 'inactive')}`,
      ),
    );
    const silent = said.flatMap(({ service, fault }) =>
      fault === null ? [] : [`${service} ${fault}`],
    );
    const unlike = said.flatMap(({ service, active }) =>
      files.flatMap(({ path, says }) => {
        const state = active === true ? 'active' : 'inactive';
        if (active === null || says === null || says.state === state) return [];
        return [`${service} says ${state}, ${path} says ${says.state ?? 'unknown'}`];
      }),
    );
    const faults = [...silent, ...unlike];
    const figures = { asked: said.length, silent: silent.length, different: unlike.length };
    if (faults.length > 0) {
      return { status: 'FAIL', says: faults.join('; '), evidence: seen, figures, remedy: REMEDY };
    }
    const states = said.map(
      ({ service, active }) => `${service} ${active === true ? 'active' : 'inactive'}`,
    );
    const beside = files.length === 0 ? ' (no file is configured to compare with)' : '';
    return { status: 'OK', says: `${states.join(', ')}${beside}`, evidence: seen, figures };
  },
});

export const STACK_CHECKS: readonly Check[] = [FILE, SEEN];
