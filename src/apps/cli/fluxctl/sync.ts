import { KnownError } from '../../../base/index.ts';
import type { Command } from '../cobra/index.ts';
import { awaitJob, awaitSync } from './await.ts';
import { connectFlux } from './flux-client.ts';
import { noArguments } from './flags.ts';

interface RepositoryConfig {
  readonly remote: { readonly url: string; readonly branch: string };
  readonly status: string;
  readonly errors?: string;
}

/** `fluxctl sync`: fetch now, and wait until the head of the branch is applied. */
export const sync: Command = {
  use: 'sync',
  short: 'Synchronize the cluster with the git repository, now',
  args: noArguments,
  run: async ({ flags, io }) => {
    const client = await connectFlux(flags, io);
    const limitMs = flags.number('timeout');
    const config = await client.post<RepositoryConfig>('v9/git-repo-config', false);
    refuseUnready(config);
    const { url, branch } = config.remote;
    io.stderr.write(`Synchronizing with ${url}\n`);
    const id = await client.post<string>('v9/update-manifests', {
      type: 'sync',
      cause: { Message: '', User: '' },
      spec: {},
    });
    const { Result } = await awaitJob(client, id, io, limitMs);
    const revision = Result.revision ?? '';
    io.stderr.write(`Revision of ${branch} to apply is ${revision.slice(0, 7)}\n`);
    io.stderr.write(`Waiting for ${revision.slice(0, 7)} to be applied ...\n`);
    if (!(await awaitSync(client, revision, io, limitMs)))
      throw new KnownError('timeout', 'timeout');
    io.stderr.write('Done.\n');
  },
};

function refuseUnready(config: RepositoryConfig): void {
  const { remote, status, errors } = config;
  const more = errors === undefined || errors === '' ? '' : `\n\nFull error message: ${errors}`;
  if (status === 'unconfigured') {
    throw new KnownError('failed', `no git repository is configured${more}`);
  }
  if (status === 'unreachable') {
    throw new KnownError(
      'failed',
      `can not connect to git repository with URL ${remote.url}${more}`,
    );
  }
  if (status !== 'ready') {
    throw new KnownError('failed', `git repository ${remote.url} is not ready to sync${more}`);
  }
}
