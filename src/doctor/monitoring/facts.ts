export interface MonitoringFacts {
  readonly rules: readonly Rule[];
  readonly panels: readonly Panel[];
}

/** One alert rule, from a rule file or the rules API. */
export interface Rule {
  readonly name: string;
  readonly expression: string;
  readonly place: string;
}

/** One query of one dashboard panel. */
export interface Panel {
  readonly dashboard: string;
  readonly title: string;
  readonly query: string;
  readonly language: 'promql' | 'sql';
  readonly place: string;
}
