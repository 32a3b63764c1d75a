import { KnownError } from '../../../base/index.ts';
import { repositorySettings, type RepositorySettings } from '../../../features/sync/index.ts';
import type { FlagValues } from '../cobra/index.ts';

/** The repository of `--git-url`; undefined without one. Throws a `KnownError` for a wrong value. */
export function repositoryFrom(flags: FlagValues): RepositorySettings | undefined {
  const given = settingsFrom(flags);
  const url = flags.string('git-url');
  if (url === '') return undefined;
  return repositorySettings({ ...given, url, branch: flags.string('git-branch') });
}

/**
 * What the command line itself says about repositories, for those of a list that say nothing else: of
 * the flags that were given, all but those that name one repository (URL, branch, paths).
 */
export function defaultsFrom(flags: FlagValues): Partial<RepositorySettings> {
  const all = settingsFrom(flags);
  const isGiven = (...names: string[]): boolean => names.some((name) => flags.changed(name));
  const said = Object.entries(flagsOfSettings)
    .filter(([, names]) => isGiven(...names))
    .map(([setting]) => [setting, all[setting as keyof typeof all]]);
  return Object.fromEntries(said.filter(([, value]) => value !== undefined)) as typeof all;
}

const flagsOfSettings: Readonly<Partial<Record<keyof RepositorySettings, readonly string[]>>> = {
  isReadOnly: ['git-readonly'],
  pollIntervalMs: ['git-poll-interval'],
  gitTimeoutMs: ['git-timeout'],
  syncIntervalMs: ['sync-interval'],
  syncTimeoutMs: ['sync-timeout'],
  garbageCollection: ['sync-garbage-collection', 'sync-garbage-collection-dry'],
  state: ['sync-state', 'git-readonly'],
  syncTag: ['git-sync-tag', 'git-label'],
  notesRef: ['git-notes-ref', 'git-label'],
  user: ['git-user'],
  email: ['git-email'],
  commitSuffix: ['git-ci-skip', 'git-ci-skip-message'],
  isStrict: ['sync-strict'],
  defaultNamespace: ['k8s-default-namespace'],
  allowNamespaces: ['k8s-allow-namespace', 'k8s-namespace-whitelist'],
  isGenerating: ['manifest-generation'],
  isServerSideApply: ['sync-server-side'],
  isDecrypting: ['sops'],
  signingKey: ['git-signing-key'],
  signingFormat: ['git-signing-key'],
  verifySignatures: ['git-verify-signatures', 'git-verify-signatures-mode'],
  isSyncingOnDrift: ['sync-on-drift'],
};

function settingsFrom(flags: FlagValues): Partial<RepositorySettings> {
  const paths = flags.list('git-path');
  const absolute = paths.find((path) => path.startsWith('/'));
  if (absolute !== undefined) {
    throw new KnownError(
      'invalid',
      `--git-path ${absolute}: give a path within the repository, without a leading /`,
    );
  }
  const isReadOnly = flags.bool('git-readonly');
  return {
    paths,
    isReadOnly,
    pollIntervalMs: positive(flags, 'git-poll-interval'),
    gitTimeoutMs: positive(flags, 'git-timeout'),
    syncIntervalMs: positive(flags, 'sync-interval'),
    syncTimeoutMs: positive(flags, 'sync-timeout'),
    garbageCollection: garbageCollectionOf(flags),
    state: isReadOnly ? 'secret' : stateOf(flags),
    ...commitsOf(flags),
    isStrict: flags.bool('sync-strict'),
    defaultNamespace: flags.string('k8s-default-namespace') || 'default',
    allowNamespaces: [
      ...flags.list('k8s-allow-namespace'),
      ...flags.list('k8s-namespace-whitelist'),
    ],
    isGenerating: flags.bool('manifest-generation'),
    isServerSideApply: flags.bool('sync-server-side'),
    isDecrypting: flags.bool('sops'),
    verifySignatures: verifyingOf(flags),
    isSyncingOnDrift: flags.bool('sync-on-drift'),
  };
}

type Commits = Pick<
  RepositorySettings,
  'syncTag' | 'notesRef' | 'user' | 'email' | 'signingKey' | 'signingFormat'
> & { readonly commitSuffix?: string };

function commitsOf(flags: FlagValues): Commits {
  const label = flags.string('git-label');
  const suffix =
    flags.string('git-ci-skip-message') || (flags.bool('git-ci-skip') ? '[ci skip]' : '');
  const signingKey = flags.string('git-signing-key');
  return {
    syncTag: label || flags.string('git-sync-tag'),
    notesRef: label || flags.string('git-notes-ref'),
    user: flags.string('git-user'),
    email: flags.string('git-email'),
    signingKey,
    // The id of a GPG key is hexadecimal or an address; an SSH key is a file.
    signingFormat: signingKey.startsWith('/') ? 'ssh' : 'openpgp',
    ...(suffix === '' ? {} : { commitSuffix: suffix }),
  };
}

function stateOf(flags: FlagValues): RepositorySettings['state'] {
  const state = flags.string('sync-state');
  if (state === 'git' || state === 'secret') return state;
  throw new KnownError('invalid', `--sync-state ${state}: choose git or secret`);
}

function garbageCollectionOf(flags: FlagValues): RepositorySettings['garbageCollection'] {
  if (flags.bool('sync-garbage-collection-dry')) return 'dry';
  return flags.bool('sync-garbage-collection') ? 'on' : 'off';
}

function verifyingOf(flags: FlagValues): RepositorySettings['verifySignatures'] {
  const mode = flags.string('git-verify-signatures-mode');
  if (mode !== 'none' && mode !== 'all' && mode !== 'first-parent') {
    const choices = 'choose none, all or first-parent';
    throw new KnownError('invalid', `--git-verify-signatures-mode ${mode}: ${choices}`);
  }
  return mode === 'none' && flags.bool('git-verify-signatures') ? 'all' : mode;
}

/** A duration in milliseconds. */
export function positive(flags: FlagValues, name: string): number {
  const ms = flags.number(name);
  if (ms <= 0) throw new KnownError('invalid', `--${name}: must be longer than nothing`);
  return ms;
}
