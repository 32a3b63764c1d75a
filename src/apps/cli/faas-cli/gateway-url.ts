import { KnownError } from '../../../base/index.ts';
import { defaultGateway } from './shared-flags.ts';

/**
 * Which gateway a command talks to: the flag, then the stack file, then `OPENFAAS_URL`, each unless
 * it is the default. Scheme and host are written small, a missing scheme is `http`, a `/` at the end
 * is cut. (The original writes the path small too, which breaks gateways behind a path.)
 */
export function gatewayUrl(flag: string, stack: string, environment: string | undefined): string {
  const chosen = [flag, stack].find((each) => each !== '' && each !== defaultGateway);
  const text = (chosen ?? (environment || defaultGateway)).trim().replace(/\/+$/, '');
  const whole = /^https?:\/\//i.test(text) ? text : `http://${text}`;
  const [, origin = '', path = ''] = /^(https?:\/\/[^/]*)(.*)$/i.exec(whole) ?? [];
  if (!URL.canParse(whole)) throw new KnownError('invalid', `invalid URL: ${text}`);
  return origin.toLowerCase() + path;
}

const local = ['https', 'http://127.0.0.1', 'http://localhost'];

/** The warning for a gateway that is spoken to in the clear; empty when there is nothing to warn of. */
export function plainHttpWarning(gateway: string, noVerify: boolean): string {
  if (noVerify || local.some((each) => gateway.startsWith(each))) return '';
  return 'WARNING! You are not using an encrypted connection to the gateway, consider using HTTPS.\n';
}
