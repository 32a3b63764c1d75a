import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { completionScript, type Command } from './index.ts';

const root: Command = {
  use: 'ship',
  persistentFlags: [{ name: 'namespace', shorthand: 'n', type: 'string', usage: "the crew's own" }],
  commands: [
    { use: 'load CARGO', short: 'loads', flags: [{ name: 'force', type: 'bool', usage: 'do it' }] },
    { use: 'list', commands: [{ use: 'ports' }, { use: 'hidden', hidden: true }] },
    { use: 'completion SHELL', words: ['bash', 'zsh'] },
  ],
};

const hasBash = spawnSync('bash', ['--version']).status === 0;

/** What bash would offer for a line; the last word is the one being typed. */
function offered(...words: string[]): string[] {
  const script = `${completionScript(root, 'bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_ship
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script]).toString().split('\n').filter(Boolean);
}

describe('completion', () => {
  it.skipIf(!hasBash)('bash: commands, flags and words where they may stand', () => {
    expect(offered('ship', 'l')).toEqual(['load', 'list']);
    expect(offered('ship', 'list', '')).toEqual(['ports']);
    expect(offered('ship', '-n', 'x', 'load', '--')).toEqual(['--force', '--help', '--namespace=']);
    expect(offered('ship', 'completion', 'b')).toEqual(['bash']);
    expect(offered('ship', 'list', 'ports', '')).toEqual([]);
  });

  it('zsh takes the functions of bash, fish has its own', () => {
    expect(completionScript(root, 'zsh')).toMatch(/^#compdef ship\nautoload -U \+X bashcompinit/);
    const fish = completionScript(root, 'fish');
    expect(fish).toContain(
      `complete -c ship -n '__ship_at '\\''ship'\\''' -f -a 'load' -d 'loads'`,
    );
    expect(fish).toContain(` -s n -l namespace -r -d 'the crew'\\''s own'`);
    expect(fish).not.toContain('hidden');
  });
});
