import { describe, expect, test } from 'vitest';
import { ENTER, LEAVE, TerminalSession } from '../../../../src/tui/terminal/session.js';
import { FakeTerminalPort } from '../../../fakes/fake-terminal-port.js';

function opened() {
  const port = new FakeTerminalPort();
  const heard: string[] = [];
  const session = new TerminalSession(port, {
    onInput: (input) => heard.push(input.kind === 'key' ? input.name : input.text),
    onRepaint: () => heard.push('REPAINT'),
    onEnd: (cause) => heard.push(`END ${cause}`),
  });
  session.open();
  return { port, heard, session };
}

const ENTERED = ['raw', ENTER];
const GIVEN_BACK = [`now ${LEAVE}`, 'cooked'];

describe('TerminalSession', () => {
  test('has the terminal from open to leave, and leaves once', () => {
    const { port, heard, session } = opened();
    session.write('frame');
    session.leave();
    session.leave();
    session.write('late');
    session.open();
    expect(port.did).toEqual([...ENTERED, 'frame', ...GIVEN_BACK, 'close']);
    expect(port.listening).toEqual([]);
    expect(heard).toEqual(['REPAINT']);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'gone'] as const)(
    'gives the terminal back at %s before anybody hears of it',
    (cause) => {
      const { port, heard, session } = opened();
      port.happen(cause);
      port.happen(cause);
      session.leave();
      expect(port.did).toEqual([...ENTERED, ...GIVEN_BACK, 'close']);
      expect(heard).toEqual(['REPAINT', `END ${cause}`]);
    },
  );

  test('gives the terminal back in the last moment, without a word', () => {
    const { port, heard } = opened();
    port.happen('last moment');
    expect(port.did).toEqual([...ENTERED, ...GIVEN_BACK, 'close']);
    expect(heard).toEqual(['REPAINT']);
  });

  test('decodes what is typed', () => {
    const { port, heard } = opened();
    port.type('K\u001b[A\u001b[200~text\u001b[201~');
    expect(heard).toEqual(['REPAINT', 'K', 'up', 'text']);
  });

  test('asks for a whole screen at every change of size, even when the size is the same again', () => {
    const { port, heard } = opened();
    port.happen('SIGWINCH');
    port.happen('SIGWINCH');
    expect(heard).toEqual(['REPAINT', 'REPAINT', 'REPAINT']);
  });

  test('gives the terminal to the shell and takes it again', () => {
    const { port, heard, session } = opened();
    session.suspend();
    session.suspend();
    session.write('frame');
    expect(port.did).toEqual([...ENTERED, ...GIVEN_BACK, 'stop']);
    port.happen('SIGCONT');
    expect(port.did.slice(-2)).toEqual(ENTERED);
    expect(port.timer.waiting).toBe(0);
    session.write('frame');
    expect(port.did.at(-1)).toBe('frame');
    expect(heard).toEqual(['REPAINT', 'REPAINT']);
    session.leave();
    expect(port.did.slice(-3)).toEqual([...GIVEN_BACK, 'close']);
    expect(port.listening).toEqual([]);
  });

  test('stops when the signal comes from outside, and again after it went on', () => {
    const { port } = opened();
    port.happen('SIGTSTP');
    port.happen('SIGCONT');
    port.happen('SIGTSTP');
    expect(port.did.filter((one) => one.startsWith('stop'))).toEqual(['stop', 'stop']);
  });

  test('comes back by itself where nothing stops it', () => {
    const { port, session } = opened();
    session.suspend();
    port.timer.advance(200);
    expect(port.did.slice(-2)).toEqual(ENTERED);
  });

  test('takes the terminal again after a stop that it could not notice', () => {
    const { port, heard } = opened();
    port.happen('SIGCONT');
    expect(port.did).toEqual([...ENTERED, ...ENTERED]);
    expect(heard).toEqual(['REPAINT', 'REPAINT']);
  });

  test('ends while it is suspended without touching the screen of the shell', () => {
    const { port, heard, session } = opened();
    session.suspend();
    port.happen('SIGTERM');
    port.timer.advance(1_000);
    expect(port.did).toEqual([...ENTERED, ...GIVEN_BACK, 'stop', 'close']);
    expect(heard).toEqual(['REPAINT', 'END SIGTERM']);
  });
});
