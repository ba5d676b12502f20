import type { StackVariables } from './facts.js';

/** Ports that stand in old documents and scripts; the code has them where nothing is set. */
const CODE_PORTS: Readonly<Record<string, { readonly code: number; readonly deployed: number }>> = {
  signal: { code: 8001, deployed: 8005 },
  allocation: { code: 8005, deployed: 8006 },
};
const NEVER_PORTS = [5001, 5002, 5003];
const PORT_VARIABLES: Readonly<Record<string, string>> = {
  signal: 'SIGNAL_PORT',
  allocation: 'ALLOCATION_PORT',
  candles: 'CANDLE_PORT',
  regime: 'REGIME_PORT',
  market: 'MARKET_PORT',
};

interface Placed {
  readonly service: string;
  readonly port: number;
  readonly words: string;
}

/** Two services on one port, and services that are asked where they do not listen. */
export function portFaults(variables: StackVariables): readonly string[] {
  const set = fromVariables(variables);
  return [...collisions(set), ...sameAddress(variables), ...askedElsewhere(variables, set)];
}

/** With the ports of the code for what is not set, as soon as anything is. */
function fromVariables({ values }: StackVariables): readonly Placed[] {
  const given = Object.entries(PORT_VARIABLES).flatMap(([service, name]): readonly Placed[] => {
    const port = Number(values[name]?.text);
    return Number.isInteger(port) ? [{ service, port, words: `${name}=${port}` }] : [];
  });
  if (given.length === 0) return [];
  const rest = Object.entries(CODE_PORTS).flatMap(([service, { code }]): readonly Placed[] => {
    const words = `${service} has ${code} where ${PORT_VARIABLES[service] ?? ''} is not set`;
    return given.some((one) => one.service === service) ? [] : [{ service, port: code, words }];
  });
  return [...given, ...rest];
}

function collisions(placed: readonly Placed[]): readonly string[] {
  return placed.flatMap((one, at) =>
    placed
      .slice(at + 1)
      .filter(({ port }) => port === one.port)
      .map(
        (other) =>
          `${one.service} and ${other.service} share port ${one.port} (${one.words}, ${other.words})`,
      ),
  );
}

function sameAddress({ addresses }: StackVariables): readonly string[] {
  return addresses.flatMap(({ service, url }, at) =>
    addresses
      .slice(at + 1)
      .filter((other) => hostOf(other.url) === hostOf(url) && other.service !== service)
      .map((other) => `${service} and ${other.service} are both asked at ${hostOf(url)}`),
  );
}

function askedElsewhere({ addresses }: StackVariables, set: readonly Placed[]): readonly string[] {
  return addresses.flatMap(({ service, url }): readonly string[] => {
    const name = service.replace(/^cdb_/, '');
    const port = URL.canParse(url) ? Number(new URL(url).port) : Number.NaN;
    const placed = set.find((one) => one.service === name);
    if (placed !== undefined) {
      return placed.port === port
        ? []
        : [`${service} is asked at port ${port}, and listens on ${placed.port} (${placed.words})`];
    }
    const known = CODE_PORTS[name];
    if (known !== undefined && known.code === port) {
      return [
        `${service} is asked at port ${port}, the port of its code; it is deployed on ${known.deployed}`,
      ];
    }
    return NEVER_PORTS.includes(port)
      ? [`${service} is asked at port ${port}, which no service ever had`]
      : [];
  });
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
