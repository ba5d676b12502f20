import { createServer } from 'node:http';
import { once } from 'node:events';

/** Answers of the API of Prometheus, in its documented form. */
export interface PrometheusState {
  readonly names: readonly string[];
  readonly targets: readonly object[];
  readonly groups: readonly object[];
  /** Values of pg_up and redis_up. */
  readonly exporters: Readonly<Record<string, number>>;
}

export const WELL: PrometheusState = {
  names: ['up', 'pg_up', 'redis_up', 'orders_blocked_total', 'circuit_breaker_active'],
  targets: [target('cdb_risk', 'up', '')],
  groups: [group(rule('ServiceDown')), group(rule('CircuitBreakerTriggered'))],
  exporters: { pg_up: 1, redis_up: 1 },
};

export class FakePrometheus {
  state = WELL;
  readonly #server = createServer((request, response) => {
    const data = this.#data(request.url ?? '');
    response.statusCode = data === undefined ? 404 : 200;
    response.end(JSON.stringify({ status: 'success', data }));
  });

  static async start(): Promise<FakePrometheus> {
    const fake = new FakePrometheus();
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #data(url: string): unknown {
    const { names, targets, groups, exporters } = this.state;
    if (url.startsWith('/api/v1/label/__name__/values')) return names;
    if (url.startsWith('/api/v1/targets')) return { activeTargets: targets, droppedTargets: [] };
    if (url.startsWith('/api/v1/rules')) return { groups };
    if (!url.startsWith('/api/v1/query?')) return undefined;
    const result = Object.entries(exporters).map(([name, value]) => {
      return { metric: { __name__: name, job: 'exporter' }, value: [1770647400, String(value)] };
    });
    return { resultType: 'vector', result };
  }
}

export function target(job: string, health: string, lastError: string): object {
  const scrapeUrl = 'http://cdb_risk:8002/metrics';
  return {
    labels: { job, instance: 'cdb_risk:8002' },
    scrapePool: job,
    scrapeUrl,
    health,
    lastError,
  };
}

export function group(...rules: readonly object[]): object {
  return { name: 'cdb', file: 'alerts.yml', interval: 15, rules };
}

export function rule(name: string, changes: object = {}): object {
  return {
    ...{ name, query: 'up == 0', duration: 60, labels: {}, annotations: {}, alerts: [] },
    ...{ health: 'ok', evaluationTime: 0.001, lastEvaluation: new Date().toISOString() },
    ...{ type: 'alerting', state: 'inactive', ...changes },
  };
}
