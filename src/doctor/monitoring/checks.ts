import type { Check } from '../check.js';
import { exporters } from './exporter-check.js';
import { alertMetrics, dashboardMetrics } from './metric-checks.js';
import { panelSql } from './panel-sql-check.js';
import { evaluation, firing, reach, targets } from './prometheus-checks.js';
import { dailyReport, unknownFigures } from './record-checks.js';
import { files, operators, ruleWords } from './rule-checks.js';

export const MONITORING_CHECKS: readonly Check[] = [
  reach,
  files,
  alertMetrics,
  ruleWords,
  operators,
  evaluation,
  firing,
  targets,
  exporters,
  dashboardMetrics,
  panelSql,
  dailyReport,
  unknownFigures,
];
