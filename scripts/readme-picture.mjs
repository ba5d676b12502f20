// Draws docs/first-run.svg and docs/dashboard.svg from what cdb really prints and draws:
// `node scripts/readme-picture.mjs`.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const CDB = join(root, 'bin', 'cdb.js');
const COLUMNS = 120;
const ROWS = 40;
/** Long enough for trends. */
const WATCHED_MS = 45_000;
const WRITTEN_MS = 1_500;
const MARKS = { '●': '#8fd694', '▲': '#e6c07b', '✖': '#f08a7d' };
const LINE_PX = 18;
const CHAR_PX = 8.1;
const MARGIN_PX = 16;

const scratch = mkdtempSync(join(tmpdir(), 'cdb-picture-'));
// As root the database runs as another user, who has to pass through.
chmodSync(scratch, 0o711);
try {
  // Without a flag, so that no command that is printed names the place of this picture.
  const place = ['--metrics-port', '0'];
  const output = cdb('run', '--paper', '--feed', 'sample', '--speed', 'max', ...place);
  const lines = output.replaceAll(`${scratch}/`, './').trimEnd().split('\n');
  const firstRun = 'The first run of cdb: preflight, decisions, fills and the summary';
  writeFileSync(join(root, 'docs', 'first-run.svg'), svg(excerpt(lines), firstRun));
  await pictureOfHome(place);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function cdb(...args) {
  return execFileSync(process.execPath, [CDB, ...args], {
    cwd: scratch,
    encoding: 'utf8',
    timeout: 120_000,
  });
}

/** Home after some seconds beside a running engine, with a check-up kept before. */
async function pictureOfHome(place) {
  cdb('run', '--paper', '--feed', 'sample', '--restart', '--detach', ...place);
  try {
    try {
      cdb('doctor', '--daily', '--write');
    } catch (fault) {
      // 1 is a finding: the report is kept all the same.
      if (fault.status !== 1) throw fault;
    }
    const line = `stty cols ${COLUMNS} rows ${ROWS}; exec '${process.execPath}' '${CDB}' dashboard`;
    const child = spawn('script', ['-qfec', line, '/dev/null'], {
      cwd: scratch,
      env: { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await pause(WATCHED_MS);
    child.stdin.write('x');
    await pause(WRITTEN_MS);
    child.stdin.write('q');
    await ended;
    const name = readdirSync(scratch).find((file) => /^cdb-snap-.*\.txt$/.test(file));
    const text = readFileSync(join(scratch, name), 'utf8').replaceAll(scratch, '.');
    const title = 'Home of the dashboard, beside an engine on recorded trades';
    writeFileSync(join(root, 'docs', 'dashboard.svg'), svg(text.trimEnd().split('\n'), title));
  } finally {
    cdb('stop');
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

function svg(lines, title) {
  const width = Math.ceil(COLUMNS * CHAR_PX + 2 * MARGIN_PX);
  const height = lines.length * LINE_PX + 2 * MARGIN_PX;
  const rows = lines.map((line, i) => {
    const y = MARGIN_PX + (i + 0.75) * LINE_PX;
    const parts = marked(line);
    return `  <text x="${MARGIN_PX}" y="${y}" fill="${colour(line)}">${parts}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" role="img">`,
    `  <title>${escape(title)}</title>`,
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

/** A mark and its word in the colour of its state. */
function marked(line) {
  return escape(line).replace(/([●▲✖])( [^ │]+)/g, (_, mark, word) => {
    return `<tspan fill="${MARKS[mark]}">${mark}${word}</tspan>`;
  });
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
