import type { Program } from './io.ts';

export interface Group {
  readonly short: string;
  readonly load: () => Promise<{ readonly program: Program }>;
}

/** The groups of `trice`, each a folder here; loaded only when called. A test holds list and folders equal. */
export const groups: Readonly<Record<string, Group>> = {
  check: {
    short: 'Check the manifests of a folder, with no cluster',
    load: () => import('./check/index.ts'),
  },
  completion: {
    short: 'Print a script that completes commands in a shell',
    load: () => import('./completion/index.ts'),
  },
  diff: {
    short: 'Show what a folder or a commit would change in the cluster',
    load: () => import('./diff/index.ts'),
  },
  'faas-cli': {
    short: 'Build, deploy and call functions, as faas-cli does',
    load: () => import('./faas-cli/index.ts'),
  },
  fluxctl: {
    short: 'Ask and steer the sync, as fluxctl does',
    load: () => import('./fluxctl/index.ts'),
  },
  get: {
    short: 'Show what Trice holds, e.g. `trice get sync`',
    load: () => import('./get/index.ts'),
  },
  helm: {
    short: 'Render and list charts and releases, as helm does',
    load: () => import('./helm/index.ts'),
  },
  install: {
    short: 'Print the manifests that install Trice, as fluxctl install does',
    load: () => import('./install/index.ts'),
  },
  kubeseal: { short: 'Seal secrets, as kubeseal does', load: () => import('./kubeseal/index.ts') },
  links: {
    short: 'Make links named fluxctl, kubeseal and faas-cli',
    load: () => import('./links/index.ts'),
  },
  operator: {
    short: 'Keep a cluster at what git says, with the flags of fluxd',
    load: () => import('./operator/index.ts'),
  },
  seal: {
    short: 'Look after sealed secrets in a repository, and back up keys',
    load: () => import('./seal/index.ts'),
  },
  sync: { short: 'Sync a repository now', load: () => import('./sync/index.ts') },
  up: { short: 'Run the whole platform on this machine', load: () => import('./up/index.ts') },
  version: { short: 'Print the version', load: () => import('./version/index.ts') },
  why: {
    short: 'Show who made an object, and what is the matter with it',
    load: () => import('./why/index.ts'),
  },
};

/** Names under which the program behaves as another one. */
export const multiCall: readonly string[] = ['faas-cli', 'fluxctl', 'kubeseal'];
