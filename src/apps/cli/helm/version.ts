import { helmGoVersion, helmVersion } from '../../../lib/helm/index.ts';
import type { Command } from '../cobra/index.ts';
import { noHelmArgs } from './args.ts';

/** `helm version`: the Helm whose behaviour this is. */
export const version: Command = {
  use: 'version [flags]',
  short: 'print the helm version information',
  long: '\nShow the version for Helm.\n\nThis prints the version of Helm that Trice behaves as.\n',
  args: noHelmArgs('version'),
  flags: [
    { name: 'short', type: 'bool', usage: 'print the version number' },
    { name: 'template', type: 'string', usage: 'template for version string format' },
  ],
  run: ({ flags, io }) => {
    const facts: Readonly<Record<string, string>> = {
      Version: helmVersion,
      GitCommit: '',
      GitTreeState: '',
      GoVersion: helmGoVersion,
    };
    io.stdout.write(textOf(flags.string('template'), flags.bool('short'), facts));
    return Promise.resolve();
  },
};

function textOf(
  template: string,
  isShort: boolean,
  facts: Readonly<Record<string, string>>,
): string {
  if (template !== '') {
    return template.replaceAll(/\{\{\s*\.(\w+)\s*\}\}/g, (_all, name: string) => facts[name] ?? '');
  }
  if (isShort) return `${facts['Version']}\n`;
  const fields = Object.entries(facts).map(([name, value]) => `${name}:${JSON.stringify(value)}`);
  return `version.BuildInfo{${fields.join(', ')}}\n`;
}
