import { KnownError } from '../../base/index.ts';
import { portFlags, type Endpoint } from './options.ts';

/**
 * Starts a server on the wanted port. With port 0 the port of the last start is tried first. A port
 * that is taken is one line that names the flag.
 */
export async function listenAt<T>(
  endpoint: Endpoint,
  wanted: number,
  last: number | undefined,
  start: (port: number) => Promise<T>,
): Promise<T> {
  if (wanted === 0 && last !== undefined) {
    try {
      return await start(last);
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
    }
  }
  try {
    return await start(wanted);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const flag = portFlags[endpoint];
    throw new KnownError(
      thrown.code,
      `${thrown.message}: choose another with ${flag}, or ${flag} 0 for any free one`,
    );
  }
}
