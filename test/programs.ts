import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Programs that some tests use when they are there; where everything is required, each of them must be. */
export const wanted: readonly string[] = [
  'git',
  'kubectl',
  'openssl',
  'ssh-keygen',
  'skopeo',
  'podman',
  'buildah',
  'docker-registry',
];

/** Whether a missing program is a failure (continuous integration) and not a skip. */
export const isAllRequired: boolean = process.env['TRICE_TEST_REQUIRE'] === 'all';

/** Where a program stands on the PATH. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

/** Every kubectl at hand, newest first: the one on the PATH and Debian's 1.20 where it was unpacked. */
export function kubectls(): Array<{ readonly program: string; readonly version: string }> {
  const programs = [findProgram('kubectl'), process.env['TRICE_TEST_KUBECTL_OLD']].filter(
    (each) => each !== undefined,
  );
  return [...new Set(programs)].filter(isExecutable).map((program) => {
    const { stdout } = spawnSync(program, ['version', '--client', '-o', 'json'], {
      encoding: 'utf8',
    });
    return { program, version: /"gitVersion": "v([\d.]+)/.exec(stdout)?.[1] ?? 'unknown' };
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
