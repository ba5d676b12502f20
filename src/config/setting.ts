/** Where a value came from, as `config show --origin` and every fault print it. */
export type Origin =
  | { readonly kind: 'flag'; readonly flag: string }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string; readonly line: number }
  | { readonly kind: 'default' };

/** One value as it was given, before it was checked. */
export interface Setting {
  readonly key: string;
  readonly raw: unknown;
  readonly origin: Origin;
}

/** One key as it is in force. */
export interface EffectiveValue {
  readonly key: string;
  readonly value: unknown;
  readonly origin: Origin;
}

export interface ConfigFault {
  readonly key: string;
  readonly given: unknown;
  /** Completes "required …"; for a key that does not exist, what could be meant. */
  readonly required: string;
  readonly origin: Origin;
}

/** As `given` of a fault: what was given may be a secret and is not shown. */
export const HIDDEN = Symbol('hidden');

export function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'flag':
      return `flag ${origin.flag}`;
    case 'env':
      return `env ${origin.name}`;
    case 'file':
      return `${origin.path}:${origin.line}`;
    case 'default':
      return 'default';
  }
}
