import type { installRelease as Install } from './install.ts';
import type { rollbackRelease as Rollback } from './rollback.ts';
import type { testRelease as Test } from './test-release.ts';
import type { uninstallRelease as Uninstall } from './uninstall.ts';
import type { upgradeRelease as Upgrade } from './upgrade.ts';

// The actions on a cluster, each loaded when it is first called: they stand on the types of
// Kubernetes, which a program that only renders must not pay for at its start.

/** Installs a chart as the first revision of a release. */
export const installRelease: typeof Install = async (...given) =>
  (await import('./install.ts')).installRelease(...given);

/** Makes the next revision of a release. */
export const upgradeRelease: typeof Upgrade = async (...given) =>
  (await import('./upgrade.ts')).upgradeRelease(...given);

/** Makes a new revision that is a copy of an older one. */
export const rollbackRelease: typeof Rollback = async (...given) =>
  (await import('./rollback.ts')).rollbackRelease(...given);

/** Deletes what a release made, and its history unless told otherwise. */
export const uninstallRelease: typeof Uninstall = async (...given) =>
  (await import('./uninstall.ts')).uninstallRelease(...given);

/** Runs the test hooks of the newest revision. */
export const testRelease: typeof Test = async (...given) =>
  (await import('./test-release.ts')).testRelease(...given);
