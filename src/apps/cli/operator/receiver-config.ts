import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { hide, KnownError, messageOf } from '../../../base/index.ts';
import { parse } from '../../../lib/yaml/index.ts';
import { receiverSources, type ReceiverEndpoint } from '../../operator/index.ts';
import type { Call } from '../cobra/index.ts';

const endpointSchema = z.strictObject({
  source: z.string(),
  keyPath: z.string(),
  registryHost: z.string().optional(),
  gcr: z.strictObject({ audience: z.string() }).optional(),
});
const schema = z.strictObject({
  fluxRecvVersion: z.literal(1),
  api: z.string().optional(),
  endpoints: z.array(endpointSchema),
});

const ownApi = 'http://localhost:3030/api/flux';

/**
 * The endpoints of `--receiver-config`, flux-recv's own file; undefined without the flag. Throws a
 * `KnownError` that names the file, and what in it is wrong.
 */
export async function receiverConfigOf({
  flags,
  io,
}: Call): Promise<{ readonly endpoints: readonly ReceiverEndpoint[] } | undefined> {
  const given = flags.string('receiver-config');
  if (given === '') return undefined;
  const file = path.resolve(io.cwd, given);
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
    throw new KnownError('not-found', `--receiver-config: ${messageOf(thrown)}`);
  });
  const read = schema.safeParse(parse(text, { file: given }));
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new KnownError(
      'invalid',
      `${given}: ${where === '' ? '' : `${where}: `}${issue?.message}`,
    );
  }
  const { api, endpoints } = read.data;
  if (api !== undefined && api.replace(/\/$/, '') !== ownApi) {
    const why = 'the receiver is part of the operator and tells no other';
    throw new KnownError('invalid', `${given}: api: ${why}; leave it out`);
  }
  return { endpoints: await Promise.all(endpoints.map((each) => endpointOf(each, file, given))) };
}

async function endpointOf(
  { source, keyPath, registryHost = '', gcr }: z.output<typeof endpointSchema>,
  file: string,
  given: string,
): Promise<ReceiverEndpoint> {
  if (!Object.hasOwn(receiverSources, source)) {
    const known = Object.keys(receiverSources).join(', ');
    throw new KnownError('invalid', `${given}: unknown source "${source}"; known are ${known}`);
  }
  const keyFile = path.resolve(path.dirname(file), keyPath);
  const key = await readFile(keyFile).catch((thrown: unknown) => {
    throw new KnownError('not-found', `${given}: ${messageOf(thrown)}`);
  });
  if (key.length === 0) throw new KnownError('invalid', `${given}: the key ${keyPath} is empty`);
  return {
    source,
    key: hide(key),
    registryHost,
    ...(gcr === undefined ? {} : { audience: gcr.audience }),
  };
}
