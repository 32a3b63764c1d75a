import { KnownError, messageOf } from '../../../../base/index.ts';
import { openChartRepository } from '../../../../lib/helm/index.ts';
import { fetching } from '../access.ts';
import type { Call } from '../../cobra/index.ts';
import { accessTo, keepIndex } from '../repositories.ts';
import type { KnownRepository } from '../repositories.ts';

/**
 * Fetches the indexes of repositories and tells of each. Those that could not be fetched are the
 * result. `label` is what a repository is called in the texts; its name when absent.
 */
export async function updateRepositories(
  call: Call,
  repositories: readonly KnownRepository[],
  timeoutMs?: number,
  label: (repository: KnownRepository) => string = ({ name, url }) => name || url,
): Promise<KnownRepository[]> {
  const failed: KnownRepository[] = [];
  const one = async (repository: KnownRepository): Promise<void> => {
    const shown = JSON.stringify(label(repository));
    const isNamed = label(repository) === repository.name;
    try {
      await updateOne(call, repository, timeoutMs);
      call.io.stdout.write(`...Successfully got an update from the ${shown} chart repository\n`);
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      failed.push(repository);
      const cause = thrown.cause instanceof KnownError ? thrown.cause : thrown;
      const where = isNamed ? ` (${repository.url})` : '';
      call.io.stdout.write(
        `...Unable to get an update from the ${shown} chart repository${where}:\n\t${messageOf(cause)}\n`,
      );
    }
  };
  await Promise.all(repositories.map(one));
  return failed;
}

async function updateOne(
  call: Call,
  repository: KnownRepository,
  timeoutMs: number | undefined,
): Promise<void> {
  const opened = openChartRepository({
    ...fetching(call.io, repository.url, repository),
    ...accessTo(repository),
    url: repository.url,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  await keepIndex(call, repository.name, await opened.index());
}
