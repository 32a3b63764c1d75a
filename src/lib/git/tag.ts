import { invalid } from '../../base/index.ts';
import type { Identity } from './mirror.ts';
import { refName } from './ref-name.ts';
import { oidOf } from './tree.ts';
import { text } from './write-commit.ts';
import type { ObjectStore } from './write-commit.ts';

// Who Flux tags as unless `--git-user` and `--git-email` say otherwise.
const flux: Identity = { name: 'Weave Flux', email: 'support@weave.works' };

/** Stores an annotated tag object; no ref points at it yet. */
export async function writeTag(
  { git, gitDir, sign }: ObjectStore,
  options: {
    readonly name: string;
    readonly revision: string;
    readonly message: string;
    readonly tagger?: Identity;
  },
): Promise<string> {
  const { name, email } = options.tagger ?? flux;
  if (/[<>\n\0]/.test(`${name}${email}`))
    throw invalid(`${JSON.stringify(name)} cannot sign a tag`);
  refName(`refs/tags/${options.name}`);
  const seconds = Math.floor(git.clock.now().getTime() / 1000);
  const lines = [
    `object ${oidOf(options.revision)}`,
    'type commit',
    `tag ${options.name}`,
    `tagger ${name} <${email}> ${seconds} +0000`,
    '',
    `${options.message.trimEnd()}\n`,
  ];
  const plain = lines.join('\n');
  const signature = sign === undefined ? '' : `${await sign(plain)}\n`;
  const args = ['hash-object', '-t', 'tag', '-w', '--stdin'];
  return text(await git.run({ gitDir, args, input: `${plain}${signature}` }));
}
