/** Where services are for containers: the upper half of the engine's network. */
export interface ServiceRange {
  /** `10.213`: the first two numbers of the engine's network. */
  readonly prefix: string;
  /** Where services are for the machine, e.g. `127.65.0.0/16`. */
  readonly outside: string;
}

/** The machine's loopback addresses are of no use in a container: each service has a second one there. */
export function insideAddress({ prefix, outside }: ServiceRange, address: string): string {
  const [base = '', bits = '16'] = outside.split('/');
  const offset = numberOf(address) - numberOf(base);
  if (!(offset >= 0 && offset < 2 ** (32 - Number(bits)))) return address;
  return `${prefix}.${128 + ((offset >> 8) & 127)}.${offset & 255}`;
}

/** The same for every address in a text, such as `tcp://127.65.0.5:80`. */
export function insideText(range: ServiceRange, text: string): string {
  return text.replaceAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, (found) => insideAddress(range, found));
}

/** A pod's variables as they are true in a container: service addresses, and where the API server is. */
export function insideEnv(
  range: ServiceRange,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  const mapped = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, insideText(range, value)]),
  );
  if (env['KUBERNETES_SERVICE_HOST']?.startsWith('127.') !== true) return mapped;
  // By name, because the server's certificate names no address of this network.
  const host = 'kubernetes.default.svc';
  return {
    ...mapped,
    KUBERNETES_SERVICE_HOST: host,
    KUBERNETES_SERVICE_PORT: '443',
    KUBERNETES_SERVICE_PORT_HTTPS: '443',
    KUBERNETES_PORT: `tcp://${host}:443`,
  };
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
