import { KnownError } from '../../../../base/index.ts';
import type { Release } from '../../../../lib/helm/index.ts';
import type { Call } from '../../cobra/index.ts';

const dryRuns = ['false', 'true', 'none', 'client', 'server'];

/** Refuses a `--dry-run` that Helm does not know. */
export function checkDryRun({ flags }: Call): void {
  const given = flags.string('dry-run');
  if (given === '' || dryRuns.includes(given)) return;
  throw new KnownError(
    'invalid',
    'invalid dry-run flag. Flag must one of the following: false, true, none, client, server',
  );
}

/** Whether nothing is to be changed, and whether `lookup` is to find nothing. */
export function dryRunOf(call: Call): { dryRun: boolean; withoutLookup: boolean } {
  checkDryRun(call);
  const given = call.flags.string('dry-run');
  const isDry = ['true', 'client', 'server'].includes(given);
  return { dryRun: isDry, withoutLookup: isDry && given !== 'server' };
}

/** A render never waits and never asks the network, so `getHostByName` stays empty. */
export function refuseDns({ flags }: Call): void {
  if (!flags.bool('enable-dns')) return;
  throw new KnownError(
    'unsupported',
    '--enable-dns is not supported: templates do not ask name servers; pass the address as a value',
  );
}

/** A release as `-o json` and `-o yaml` print it. */
export function printable<T extends Partial<Release>>(release: T): Omit<T, 'labels'> {
  const { labels: _labels, ...rest } = release;
  return rest;
}
