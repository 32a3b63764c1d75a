import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../../base/index.ts';
import { sealingKeyOf, sealSecret } from '../../../../features/seal/index.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { objectText, writeAtomically } from '../../kubeseal/index.ts';
import { keyValues } from '../key-values.ts';

const seal: Command = {
  use: 'seal [--name secret-name] [--literal k=v] [--from-file] [--namespace openfaas-fn] [--download]',
  short: 'Seal a secret for usage with OpenFaaS Cloud',
  example: `  faas-cli cloud seal --name alexellis-github --literal hmac-secret=c4488af0c158e8c
  faas-cli cloud seal --name alexellis-token --from-file api-key.txt
  faas-cli cloud seal --name alexellis-token --literal a=b --literal c=d --cert pub-cert.pem`,
  flags: [
    { name: 'name', type: 'string', usage: 'Secret name' },
    {
      name: 'namespace',
      shorthand: 'n',
      type: 'string',
      default: 'openfaas-fn',
      usage: 'Secret name',
    },
    {
      name: 'cert',
      shorthand: 'c',
      type: 'string',
      default: 'pub-cert.pem',
      usage: 'Filename of public certificate',
    },
    {
      name: 'output-file',
      shorthand: 'o',
      type: 'string',
      default: 'secrets.yml',
      usage: 'Output file for secrets',
    },
    {
      name: 'literal',
      shorthand: 'l',
      type: 'stringArray',
      usage: 'Secret literal key-value data',
    },
    {
      name: 'from-file',
      shorthand: 'i',
      type: 'stringArray',
      usage: 'Read a secret from a from file',
    },
    { name: 'download', type: 'bool', usage: 'Not supported: sealing needs no other program here' },
    { name: 'download-version', type: 'string', usage: 'Not supported, as --download' },
    { name: 'download-to', type: 'string', usage: 'Not supported, as --download' },
  ],
  run,
};

/** `faas-cli cloud seal`: one Secret as a SealedSecret in `secrets.yml`, sealed here and not by kubeseal. */
export const cloud: Command = {
  use: 'cloud',
  short: 'OpenFaaS Cloud commands',
  long: 'Commands for operating with OpenFaaS Cloud',
  commands: [seal],
};

async function run(call: Call): Promise<void> {
  const { flags, io } = call;
  const download = ['download', 'download-version', 'download-to'].find((each) =>
    flags.changed(each),
  );
  if (download !== undefined) {
    throw new KnownError(
      'unsupported',
      `--${download} is not supported: kubeseal is built in, there is nothing to download`,
    );
  }
  const [name, namespace] = [flags.string('name'), flags.string('namespace')];
  if (name === '') throw new KnownError('invalid', '--name is required');
  io.stdout.write(`Sealing secret: ${name} in namespace: ${namespace}\n\n`);
  const data = { ...literals(flags.list('literal')), ...(await files(call)) };
  if (Object.keys(data).length === 0) {
    throw new KnownError('invalid', 'no value to seal: give --literal k=v or --from-file FILE');
  }
  const metadata = { name, namespace };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, data };
  const sealed = sealSecret(secret, sealingKeyOf(await certificate(call), io.clock.now()));
  const file = flags.string('output-file');
  await writeAtomically(path.resolve(io.cwd, file), objectText(sealed, 'yaml'));
  io.stdout.write(`${file} written.\n`);
}

/** The values of `--literal`. The original drops all of them when one is bad; here that is an error. */
function literals(given: readonly string[]): Record<string, string> {
  const pairs = Object.entries(keyValues(given, '--literal'));
  return Object.fromEntries(
    pairs.map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
}

async function files({ flags, io }: Call): Promise<Record<string, string>> {
  const read = flags.list('from-file').map(async (file) => {
    try {
      const bytes = await readFile(path.resolve(io.cwd, file));
      return [path.basename(file), bytes.toString('base64')] as const;
    } catch {
      throw new KnownError('not-found', `open ${file}: no such file or directory`);
    }
  });
  return Object.fromEntries(await Promise.all(read));
}

async function certificate({ flags, io }: Call): Promise<string> {
  const file = path.resolve(io.cwd, flags.string('cert'));
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() === true) return readFile(file, 'utf8');
  throw new KnownError('not-found', `unable to load public certificate ${flags.string('cert')}`);
}
