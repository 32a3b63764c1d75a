/**
 * `trice helm`: charts and releases on the command line as Helm 3 has them, on our own engine: flags,
 * texts, tables, exit codes. Refuses what would run other programs (post-renderers, plugins).
 * Each command is a file; start with `template.ts`.
 */
import { execute } from '../cobra/index.ts';
import type { Command } from '../cobra/index.ts';
import type { Program } from '../io.ts';
import { install, upgrade } from './deploy.ts';
import { globalFlags } from './flags.ts';
import { get } from './get.ts';
import { history } from './history.ts';
import { lint } from './lint.ts';
import { list } from './list.ts';
import { rollback } from './rollback.ts';
import { show } from './show.ts';
import { status } from './status.ts';
import { template } from './template.ts';
import { uninstall } from './uninstall.ts';
import { version } from './version.ts';

const root: Command = {
  use: 'helm',
  short: 'The Helm package manager for Kubernetes.',
  long: 'The Kubernetes package manager\n\nCharts are rendered and releases kept as Helm 3 does it.',
  persistentFlags: globalFlags,
  commands: [
    get,
    history,
    install,
    lint,
    list,
    rollback,
    show,
    status,
    template,
    uninstall,
    upgrade,
    version,
  ],
};

/** The program `helm`. */
export const program: Program = (argv, io) => execute(root, argv, io);
