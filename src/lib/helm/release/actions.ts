/**
 * The actions on a cluster, each loaded when it is first called: they stand on the types of
 * Kubernetes, which a program that only renders must not pay for at its start.
 */
type Install = typeof import('./install.ts');
type Upgrade = typeof import('./upgrade.ts');
type Rollback = typeof import('./rollback.ts');
type Uninstall = typeof import('./uninstall.ts');
type Test = typeof import('./test-release.ts');

/** Installs a chart as the first revision of a release. */
export const installRelease: Install['installRelease'] = async (...given) =>
  (await import('./install.ts')).installRelease(...given);

/** Makes the next revision of a release. */
export const upgradeRelease: Upgrade['upgradeRelease'] = async (...given) =>
  (await import('./upgrade.ts')).upgradeRelease(...given);

/** Makes a new revision that is a copy of an older one. */
export const rollbackRelease: Rollback['rollbackRelease'] = async (...given) =>
  (await import('./rollback.ts')).rollbackRelease(...given);

/** Deletes what a release made, and its history unless told otherwise. */
export const uninstallRelease: Uninstall['uninstallRelease'] = async (...given) =>
  (await import('./uninstall.ts')).uninstallRelease(...given);

/** Runs the test hooks of the newest revision. */
export const testRelease: Test['testRelease'] = async (...given) =>
  (await import('./test-release.ts')).testRelease(...given);
