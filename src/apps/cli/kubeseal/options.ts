import type { Scope } from '../../../api/sealed-secret/index.ts';
import { UsageError } from '../cobra/index.ts';
import type { FlagValues } from '../cobra/index.ts';

/** What one call asks for, read from its flags. */
export interface Options {
  readonly flags: FlagValues;
  readonly scope: Scope;
  /** Whether `--scope` names another scope than the default. */
  readonly setsScope: boolean;
  readonly format: string;
  readonly controller: { readonly namespace: string; readonly name: string };
}

const scopes: readonly Scope[] = ['strict', 'namespace-wide', 'cluster-wide'];

/** Reads the flags. Throws `UsageError` with pflag's text for a scope that does not exist. */
export function optionsOf(flags: FlagValues): Options {
  const given = flags.string('scope') || 'strict';
  const scope = scopes.find((each) => each === given);
  if (scope === undefined) {
    throw new UsageError(
      `invalid argument ${JSON.stringify(given)} for "--scope" flag: must be one of: ${scopes.join(', ')}`,
    );
  }
  const file = flags.string('sealed-secret-file');
  return {
    flags,
    scope,
    setsScope: scope !== 'strict',
    format: /\.ya?ml$/.test(file) ? 'yaml' : flags.string('format'),
    controller: {
      namespace: flags.string('controller-namespace'),
      name: flags.string('controller-name'),
    },
  };
}
