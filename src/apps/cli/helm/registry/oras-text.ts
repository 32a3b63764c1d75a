import { KnownError } from '../../../../base/index.ts';
import { sprint } from '../../../../lib/gotemplate/index.ts';
import { RegistryFault } from '../../../../lib/oci/index.ts';

/** A registry's refusal in the words of the client that Helm stands on (ORAS). */
export function orasText({ method, url, status = 0, problems }: RegistryFault): string {
  const said = problems.map(({ code, message, detail }) => {
    const head = `${code.toLowerCase().replaceAll('_', ' ')}: ${message}`;
    return detail === undefined ? head : `${head}: ${sprint([detail])}`;
  });
  const why = said.length === 0 ? (reasons[status] ?? '') : said.join('; ');
  return `${method} ${JSON.stringify(url)}: response status code ${status}: ${why}`;
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Gives what a registry refuses the text that Helm gives it; `wrap` is what Helm puts around it. */
export async function inOrasWords<T>(
  work: () => Promise<T>,
  wrap: (text: string, fault: RegistryFault) => string = (text) => text,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof RegistryFault)) throw thrown;
    throw new KnownError(thrown.code, wrap(orasText(thrown), thrown), { cause: thrown });
  }
}
