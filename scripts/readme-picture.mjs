// Draws docs/first-run.svg and docs/dashboard.svg from what cdb really prints and draws:
// `node scripts/readme-picture.mjs`.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const COLUMNS = 118;
const LINE_PX = 18;
const CHAR_PX = 8.1;
const MARGIN_PX = 16;

const scratch = mkdtempSync(join(tmpdir(), 'cdb-picture-'));
// As root the database runs as another user, who has to pass through.
chmodSync(scratch, 0o711);
try {
  const stateDir = join(scratch, '.cdb');
  const place = ['--metrics-port', '0', '--state-dir', stateDir];
  const output = cdb('run', '--paper', '--feed', 'sample', '--speed', 'max', ...place);
  const lines = output.replaceAll(`${scratch}/`, './').trimEnd().split('\n');
  const firstRun = 'The first run of cdb: preflight, decisions, fills and the summary';
  writeFileSync(join(root, 'docs', 'first-run.svg'), svg(excerpt(lines), firstRun));
  await pictureOfHome(stateDir, place);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function cdb(...args) {
  return execFileSync(process.execPath, [join(root, 'bin', 'cdb.js'), ...args], {
    cwd: scratch,
    encoding: 'utf8',
    timeout: 120_000,
  });
}

/** Home after some seconds beside a running engine, with a check-up kept before. */
async function pictureOfHome(stateDir, place) {
  cdb('run', '--paper', '--feed', 'sample', '--restart', '--detach', ...place);
  try {
    try {
      cdb('doctor', '--daily', '--write', '--state-dir', stateDir);
    } catch (fault) {
      // 1 is a finding: the report is kept all the same.
      if (fault.status !== 1) throw fault;
    }
    const recording = join(scratch, 'home.json');
    const child = spawn(
      'script',
      ['-qfec', shellLine(stateDir, recording), '/dev/null'],
      { cwd: scratch, stdio: ['pipe', 'ignore', 'ignore'] },
    );
    await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin.end('q');
    await ended;
    const snapshot = join(scratch, 'home.txt');
    cdb('dashboard', '--replay', recording, '--snapshot', snapshot, '--state-dir', stateDir);
    const lines = readFileSync(snapshot, 'utf8').trimEnd().split('\n');
    const title = 'Home of the dashboard, beside an engine on recorded trades';
    writeFileSync(join(root, 'docs', 'dashboard.svg'), svg(lines, title));
  } finally {
    cdb('stop', '--state-dir', stateDir);
  }
}

/** The start, one stretch with an ALLOW, its fills and a refusal, and the end. */
function excerpt(lines) {
  const running = lines.findIndex((line) => line.startsWith('OK running'));
  const allow = lines.findIndex((line) => / risk +ALLOW /.test(line));
  const end = lines.findIndex((line) => line.startsWith('FINISHED'));
  return [
    '$ npx cdb run --paper --feed sample --speed max',
    ...lines.slice(0, running + 1),
    '…',
    ...lines.slice(allow - 3, allow + 9),
    '…',
    ...lines.slice(end),
  ].map((line) => (line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line));
}

function svg(lines) {
  const width = Math.ceil(COLUMNS * CHAR_PX + 2 * MARGIN_PX);
  const height = lines.length * LINE_PX + 2 * MARGIN_PX;
  const rows = lines.map((line, i) => {
    const y = MARGIN_PX + (i + 0.75) * LINE_PX;
    return `  <text x="${MARGIN_PX}" y="${y}" fill="${colour(line)}">${escape(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" role="img">`,
    '  <title>The first run of cdb: preflight, decisions, fills and the summary</title>',
    `  <rect width="100%" height="100%" rx="8" fill="#11151a"/>`,
    `  <g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13.5" xml:space="preserve">`,
    ...rows,
    '  </g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Colour repeats what the words say. */
function colour(line) {
  if (/ risk +BLOCK /.test(line)) return '#f08a7d';
  if (/ risk +ALLOW /.test(line) || / fill /.test(line)) return '#8fd694';
  return line.startsWith('$') ? '#ffffff' : '#c8d1dc';
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
