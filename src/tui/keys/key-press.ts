/**
 * One key, by name: a printable character is itself (`K`, `/`, `,`); the others are `up`, `down`,
 * `left`, `right`, `pageup`, `pagedown`, `home`, `end`, `enter`, `escape`, `tab`, `shift-tab`,
 * `backspace`, `delete`, `space` and `ctrl-c`, `ctrl-z`, `ctrl-l`.
 */
export type KeyName = string;

export type TerminalInput =
  | { readonly kind: 'key'; readonly name: KeyName }
  /** Text that came at once between the marks of a paste: it presses no key. */
  | { readonly kind: 'paste'; readonly text: string };
