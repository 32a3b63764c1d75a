import { KnownError } from '../../../base/index.ts';
import type { Call } from '../cobra/index.ts';

/** Why flags of Helm that are known here do nothing: they are refused instead of passed over. */
const reasons: Readonly<Record<string, string>> = {
  'burst-limit': 'requests are not throttled by the client',
  'cleanup-on-fail': 'a rollback leaves what it made; delete it by hand',
  jsonpath: 'use `helm show values` and a program for YAML',
  key: 'charts are not signed here',
  keyring: 'signatures of charts cannot be checked here',
  'passphrase-file': 'charts are not signed here',
  'post-renderer': 'no programs are run here; pipe the output through it',
  'post-renderer-args': 'no programs are run here; pipe the output through it',
  qps: 'requests are not throttled by the client',
  'show-resources': 'use `kubectl get` with the names in `helm get manifest`',
  sign: 'charts are not signed here',
  verify: 'signatures of charts cannot be checked here, use `gpg --verify` with the .prov file',
};

/** Throws when one of these flags was given: it is not supported. */
export function refuse({ flags }: Call, names: readonly string[]): void {
  const given = names.find((name) => flags.changed(name));
  if (given === undefined) return;
  throw new KnownError('unsupported', `--${given} is not supported: ${reasons[given] ?? ''}`);
}
