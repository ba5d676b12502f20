export interface MonitoringFacts {
  readonly rules: readonly Rule[];
  readonly panels: readonly Panel[];
  readonly monitoringFiles: MonitoringFiles;
  readonly metricNames: MetricNames;
  readonly prometheus: Prometheus;
  readonly panelSql: PanelSql;
  readonly dailyReports: DailyReports;
  readonly unknownFigures: UnknownFigures;
}

/** One alert or recording rule, from a rule file. */
export interface Rule {
  readonly name: string;
  /** PromQL; empty where it asks something else, or nothing. */
  readonly expression: string;
  readonly place: string;
  readonly kind: 'alert' | 'recording';
  readonly from: 'prometheus' | 'grafana';
  /** All of its PromQL: a rule of Grafana may have several queries. */
  readonly expressions: readonly string[];
  /** How Grafana compares with its limits: `gt`, `within_range`, … */
  readonly operators: readonly string[];
  /** Why nobody can evaluate it; null where somebody can. */
  readonly fault: string | null;
}

/** One query of one dashboard panel. */
export interface Panel {
  readonly dashboard: string;
  readonly title: string;
  readonly query: string;
  readonly language: 'promql' | 'sql';
  readonly place: string;
}

/** The files with rules and dashboards that the configuration names. */
export interface MonitoringFiles {
  readonly read: readonly string[];
  /** One line each, with the file: it cannot be read, or is neither rules nor a dashboard. */
  readonly faults: readonly string[];
}

/** Names that somebody exports, but for those that services and Prometheus tell themselves. */
export interface MetricNames {
  readonly names: ReadonlySet<string>;
  /** One for each place: `recorded scrape risk.prom, 14 names`. */
  readonly sources: readonly string[];
  readonly faults: readonly string[];
}

/** What a Prometheus says of itself. */
export interface Prometheus {
  readonly names: ReadonlySet<string>;
  readonly targets: readonly Target[];
  readonly rules: readonly EvaluatedRule[];
  /** Of pg_up and redis_up, as it last scraped them; null where it has none. */
  readonly exporters: { readonly pgUp: number | null; readonly redisUp: number | null };
}

export interface Target {
  readonly job: string;
  readonly address: string;
  readonly health: string;
  readonly lastError: string;
}

export interface EvaluatedRule {
  readonly name: string;
  readonly group: string;
  readonly kind: 'alert' | 'recording';
  readonly health: string;
  readonly lastError: string;
  /** Null: never. */
  readonly lastEvaluationMs: number | null;
  /** How often it should be evaluated; null where it does not say. */
  readonly everyMs: number | null;
  readonly firing: number;
}

/** What the schema says to the SQL of panels. */
export interface PanelSql {
  /** `PostgreSQL 16.9 at …`, or the contracts where there is no database. */
  readonly comparedWith: string;
  readonly isLive: boolean;
  readonly examined: number;
  readonly faults: readonly { readonly panel: string; readonly words: string }[];
  /** Panels whose query a variable decides over so far that nothing is left to compare. */
  readonly notJudged: readonly string[];
}

/** Reports that a check-up of each day wrote, by the day in their names. */
export interface DailyReports {
  readonly directory: string;
  readonly count: number;
  /** Null: there is none. */
  readonly newest: { readonly name: string; readonly writtenAtMs: number } | null;
}

/** Figures of which a record says that nobody knows them: `DISK_UNAVAILABLE`. */
export interface UnknownFigures {
  readonly looked: readonly string[];
  readonly found: readonly UnknownFigure[];
}

export interface UnknownFigure {
  readonly token: string;
  readonly place: string;
  readonly count: number;
}
