import { execute, type Command } from './cobra/index.ts';
import { groups } from './groups.ts';
import type { Program } from './io.ts';

/** The program `trice`: the first word is a group, which reads the rest by itself. */
export const trice: Program = async (argv, io) => {
  const [first = '', ...rest] = argv;
  const group = Object.hasOwn(groups, first) ? groups[first] : undefined;
  if (group !== undefined) return (await group.load()).program(rest, io);
  if (first === '--version') return (await groups['version']!.load()).program(rest, io);
  if (first === 'help' && rest[0] !== undefined && Object.hasOwn(groups, rest[0])) {
    return (await groups[rest[0]]!.load()).program([...rest.slice(1), '--help'], io);
  }
  return execute(root, argv, io);
};

const root: Command = {
  use: 'trice',
  long: `Makes a Kubernetes cluster what Git says it is, and turns a pushed function into a live URL.

Try it with no cluster: trice up --demo`,
  commands: Object.entries(groups).map(([name, { short }]) => ({
    use: name,
    short,
    run: async () => {},
  })),
};
