import os from 'node:os';
import path from 'node:path';
import { KnownError } from '../../../base/index.ts';
import { engineNames, type ApiSwitches, type Part, type UpOptions } from '../../up/index.ts';
import type { Call } from '../cobra/index.ts';

/** What the flags ask for. Fails with a `KnownError('invalid')` that names the flag. */
export function optionsOf({ flags: given, io }: Call): UpOptions {
  const home = io.env['HOME'] ?? os.homedir();
  const data = given.string('data');
  const portOf = (name: string): number => {
    const wanted = given.number(`${name}-port`);
    if (wanted >= 0 && wanted <= 65_535) return wanted;
    throw new KnownError('invalid', `--${name}-port ${wanted}: a port is a number from 0 to 65535`);
  };
  return {
    dataDir: data === '' ? path.join(home, '.trice') : path.resolve(io.cwd, data),
    apiPort: portOf('api'),
    gitPort: portOf('git'),
    registryPort: portOf('registry'),
    gatewayPort: portOf('gateway'),
    uiPort: portOf('ui'),
    ingressPort: portOf('ingress'),
    ingressTlsPort: portOf('ingress-tls'),
    isDemo: given.bool('demo'),
    protectedBranches: given.list('protect-branch'),
    ...(given.number('max-push-bytes') > 0 ? { maxPushBytes: given.number('max-push-bytes') } : {}),
    ...engineOf(given),
    api: apiOf(given, io.cwd),
    without: partsLeftOut(given),
  };
}

function engineOf(given: Call['flags']): Pick<UpOptions, 'engine' | 'engineArguments'> {
  const words = given.list('runtime-args').flatMap((each) => each.trim().split(/\s+/));
  const engineArguments = [...words.filter((each) => each !== ''), ...given.list('engine-arg')];
  const wanted = given.string('engine');
  if (wanted === '') return { engineArguments };
  const engine = engineNames.find((each) => each === wanted);
  if (engine !== undefined) return { engine, engineArguments };
  throw new KnownError('invalid', `--engine ${wanted}: known are ${engineNames.join(' and ')}`);
}

function apiOf(given: Call['flags'], cwd: string): ApiSwitches {
  const profile = oneOf(given, 'profile', ['modern', 'legacy']);
  const serviceCidr = given.string('service-cidr');
  const file = (name: string): string | undefined => {
    const text = given.string(name);
    return text === '' ? undefined : path.resolve(cwd, text);
  };
  const [tokenFile, clientCaFile] = [file('token-auth-file'), file('client-ca-file')];
  return {
    profile,
    serviceAccountAdmission: isOn(given, 'service-account-admission'),
    ...(serviceCidr === '' ? {} : { serviceCidr }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
    ...(clientCaFile === undefined ? {} : { clientCaFile }),
  };
}

function partsLeftOut(given: Call['flags']): Part[] {
  const parts: Part[] = [];
  if (!isOn(given, 'features')) parts.push('features');
  if (!isOn(given, 'workloads')) parts.push('workloads');
  if (oneOf(given, 'node', ['trice', 'none']) === 'none') parts.push('node');
  return parts;
}

function isOn(given: Call['flags'], name: string): boolean {
  return oneOf(given, name, ['on', 'off']) === 'on';
}

function oneOf<const T extends string>(
  given: Call['flags'],
  name: string,
  allowed: readonly T[],
): T {
  const text = given.string(name);
  const found = allowed.find((each) => each === text);
  if (found !== undefined) return found;
  throw new KnownError('invalid', `--${name} ${text}: it is ${allowed.join(' or ')}`);
}
