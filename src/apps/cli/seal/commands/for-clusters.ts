import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../../base/index.ts';
import { annotations, scopeOf } from '../../../../api/sealed-secret/index.ts';
import { fingerprintOf, sealingKeyOf, sealSecret } from '../../../../features/seal/index.ts';
import { noArgs } from '../../cobra/index.ts';
import type { Command } from '../../cobra/index.ts';
import { readAll } from '../../io.ts';
import { objectText, readSecrets, writeAtomically } from '../../kubeseal/index.ts';
import { textOf } from '../known-keys.ts';

/** `trice seal for-clusters`: one Secret sealed for several clusters, a file for each. */
export const forClusters: Command = {
  use: 'for-clusters',
  short: 'Seal the Secrets on standard input for several clusters at once',
  example:
    'trice seal for-clusters --cluster eu=eu.pem --cluster us=us.pem --output clusters/{cluster}/db.yaml < secret.yaml',
  args: noArgs,
  flags: [
    { name: 'cluster', type: 'stringToString', usage: 'NAME=CERTIFICATE-FILE; may be repeated' },
    {
      name: 'output',
      shorthand: 'o',
      type: 'string',
      usage: 'File to write; {cluster} stands for the name',
    },
  ],
  run: async ({ flags, io }) => {
    const clusters = Object.entries(flags.map('cluster'));
    const output = flags.string('output');
    if (clusters.length === 0)
      throw new KnownError('invalid', '--cluster NAME=CERTIFICATE-FILE is needed');
    if (!output.includes('{cluster}'))
      throw new KnownError(
        'invalid',
        '--output must hold {cluster}, so that each has its own file',
      );
    for (const [name] of clusters) {
      if (!/^[a-zA-Z0-9][-._a-zA-Z0-9]*$/.test(name))
        throw new KnownError('invalid', `${name}: not a name for a cluster`);
    }
    const secrets = readSecrets(String(await readAll(io.stdin)));
    for (const { metadata } of secrets) {
      if (!metadata.name) throw new KnownError('invalid', 'missing metadata.name in input Secret');
      if (!metadata.namespace && scopeOf(metadata.annotations) !== 'cluster-wide') {
        throw new KnownError('invalid', 'secret must declare a namespace');
      }
    }
    // All is sealed before the first file is written.
    const texts = await Promise.all(
      clusters.map(async ([name, file]) => {
        const publicKey = sealingKeyOf(await textOf(io, file), io.clock.now());
        const sealed = secrets.map((secret) => {
          const made = sealSecret(secret, publicKey);
          const carried = {
            ...made.metadata.annotations,
            [annotations.sealedFor]: fingerprintOf(publicKey),
          };
          return { ...made, metadata: { ...made.metadata, annotations: carried } };
        });
        return [
          output.replaceAll('{cluster}', name),
          sealed.map((each) => objectText(each, 'yaml')).join(''),
        ] as const;
      }),
    );
    for (const [file, text] of texts) {
      const target = path.resolve(io.cwd, file);
      await mkdir(path.dirname(target), { recursive: true });
      await writeAtomically(target, text);
      io.stdout.write(`${file}\n`);
    }
  },
};
