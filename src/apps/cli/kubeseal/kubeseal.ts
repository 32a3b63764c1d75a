import path from 'node:path';
import { KnownError } from '../../../base/index.ts';
import { parseFlags, UsageError } from '../cobra/index.ts';
import { readAll } from '../io.ts';
import type { CliIo, Program } from '../io.ts';
import { flags, refusedFlag } from './flags.ts';
import { flagsText } from './help.ts';
import {
  fetchCertificate,
  mergeInto,
  raw,
  readSecretFile,
  recoveryUnseal,
  reEncrypt,
  seal,
  validate,
} from './modes.ts';
import type { Mode } from './modes.ts';
import { optionsOf } from './options.ts';
import type { Options } from './options.ts';
import { versionText } from './version.ts';
import { writeAtomically } from './write-atomically.ts';

const usageCode = 2;

/** The program `kubeseal`: flags, texts and exit codes of the original. */
export const program: Program = async (argv, io) => {
  try {
    const parsed = parseFlags(argv, flags, io.env);
    for (const notice of parsed.notices) io.stderr.write(`${notice}\n`);
    await run(optionsOf(parsed.values), io);
    return 0;
  } catch (thrown) {
    if (thrown instanceof UsageError) return usage(thrown.message, argv, io);
    if (!(thrown instanceof KnownError)) throw thrown;
    io.stderr.write(`error: ${thrown.message}\n`);
    return 1;
  }
};

function usage(message: string, argv: readonly string[], io: CliIo): number {
  io.stderr.write('Usage of kubeseal:\n');
  io.stdout.write(flagsText());
  if (argv.includes('-h')) return 0;
  io.stdout.write(`${message}\n`);
  return usageCode;
}

async function run(options: Options, io: CliIo): Promise<void> {
  const { flags: given } = options;
  if (given.bool('version')) {
    io.stdout.write(`kubeseal version: ${await versionText()}\n`);
    return;
  }
  if (given.bool('help')) {
    io.stdout.write(`Usage of kubeseal:\n${flagsText()}`);
    return;
  }
  const refused = refusedFlag(given);
  if (refused !== undefined) throw new KnownError('unsupported', refused);
  if (given.list('from-file').length > 0 && !given.bool('raw')) {
    throw new KnownError('invalid', '--from-file requires --raw');
  }
  const file = given.string('secret-file');
  const source = file === '' ? undefined : await readSecretFile(path.resolve(io.cwd, file));
  const text = await modeOf(options)({
    options,
    io,
    input: () => (source === undefined ? readStdin(options, io) : Promise.resolve(source)),
  });
  const isRewrite = isReEncrypt(options) && file !== '';
  const target = given.string('sealed-secret-file') || (isRewrite ? file : '');
  if (target === '') io.stdout.write(text);
  else await writeAtomically(path.resolve(io.cwd, target), text);
}

function isReEncrypt({ flags: given }: Options): boolean {
  return given.bool('re-encrypt') || given.bool('rotate');
}

/** The first mode that is asked for, in the original's order. */
function modeOf(options: Options): Mode {
  const { flags: given } = options;
  if (given.bool('recovery-unseal')) return recoveryUnseal;
  if (given.bool('validate')) return validate;
  if (isReEncrypt(options)) return reEncrypt;
  if (given.bool('fetch-cert')) return fetchCertificate;
  if (given.string('merge-into') !== '') return mergeInto;
  return given.bool('raw') ? raw : seal;
}

function readStdin({ flags: given }: Options, io: CliIo): Promise<Buffer> {
  if (io.stdin.isTTY) {
    const what = given.bool('raw') ? 'a secret to encrypt' : 'json/yaml k8s resource';
    io.stderr.write(`(tty detected: expecting ${what} in stdin)\n`);
  }
  return readAll(io.stdin);
}
