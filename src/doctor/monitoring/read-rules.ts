import { isRecord } from '../../schema/sql/parse-sql.js';
import type { Rule } from './facts.js';

/**
 * Rules of a file of Prometheus, or of an alert provisioning file of Grafana; both have groups of
 * rules.
 * @param document as parsed from YAML or JSON
 * @returns null where it is neither
 */
export function readRules(document: unknown, place: string): readonly Rule[] | null {
  const groups = isRecord(document) ? document['groups'] : undefined;
  if (!Array.isArray(groups)) return null;
  return groups.flatMap((group: unknown) => {
    const rules = isRecord(group) ? group['rules'] : undefined;
    const list: readonly unknown[] = Array.isArray(rules) ? rules : [];
    return list.filter(isRecord).map((rule) => {
      return Array.isArray(rule['data']) || 'condition' in rule
        ? grafanaRule(rule, place)
        : prometheusRule(rule, place);
    });
  });
}

type Json = Readonly<Record<string, unknown>>;

function prometheusRule(rule: Json, place: string): Rule {
  const expression = text(rule['expr']).trim();
  const isRecording = 'record' in rule;
  const name = text(isRecording ? rule['record'] : rule['alert']);
  return {
    ...{ name: name === '' ? 'without a name' : name, expression, place, operators: [] },
    kind: isRecording ? 'recording' : 'alert',
    from: 'prometheus',
    expressions: expression === '' ? [] : [expression],
    fault: expression === '' ? 'it has no expression' : null,
  };
}

function grafanaRule(rule: Json, place: string): Rule {
  const data = Array.isArray(rule['data']) ? rule['data'].filter(isRecord) : [];
  const models = data.map(({ model }) => (isRecord(model) ? model : {}));
  const expressions = models.map(({ expr }) => text(expr).trim()).filter((expr) => expr !== '');
  return {
    name: text(rule['title']) || text(rule['uid']) || 'without a name',
    ...{ expression: expressions[0] ?? '', place, kind: 'alert', from: 'grafana', expressions },
    operators: models.flatMap(operatorsOf),
    fault: grafanaFault(rule, data),
  };
}

function operatorsOf(model: Json): readonly string[] {
  const conditions: readonly unknown[] = Array.isArray(model['conditions'])
    ? model['conditions']
    : [];
  return conditions.flatMap((condition) => {
    const evaluator = isRecord(condition) ? condition['evaluator'] : undefined;
    const type = isRecord(evaluator) ? text(evaluator['type']) : '';
    return type === '' ? [] : [type];
  });
}

function grafanaFault(rule: Json, data: readonly Json[]): string | null {
  if (rule['isPaused'] === true) return 'it is paused';
  if (data.length === 0) return 'it has no query';
  const ids = data.map(({ refId }) => text(refId));
  const condition = text(rule['condition']);
  if (!ids.includes(condition)) return `its condition "${condition}" is none of its queries`;
  for (const { refId, model } of data) {
    const asked = isRecord(model) ? text(model['expression']) : '';
    const unknown = referencesOf(asked).find((id) => !ids.includes(id));
    if (unknown !== undefined) return `${text(refId)} refers to "${unknown}", which it has not`;
  }
  return null;
}

/** `A`, or the `$A` and `${B}` of a formula. */
function referencesOf(expression: string): readonly string[] {
  if (/^\w+$/.test(expression)) return [expression];
  return [...expression.matchAll(/\$\{?(\w+)\}?/g)].map(([, id = '']) => id);
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
