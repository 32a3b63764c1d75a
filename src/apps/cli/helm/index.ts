/**
 * `trice helm`: charts and releases on the command line as Helm 3 has them, on our own engine: flags,
 * texts, tables, exit codes. Refuses what would run other programs (post-renderers, plugins)
 * and what needs OpenPGP. Each command is a file: rendering here, `charts/` a chart on its way,
 * `repo/` repositories, `releases/` what asks a cluster. Start with `template.ts`.
 */
import { execute } from '../cobra/index.ts';
import type { Command } from '../cobra/index.ts';
import type { Program } from '../io.ts';
import { create } from './charts/create.ts';
import { dependency } from './charts/dependency.ts';
import { packageCommand } from './charts/package.ts';
import { pull } from './charts/pull.ts';
import { push } from './charts/push.ts';
import { install, upgrade } from './releases/deploy.ts';
import { globalFlags } from './flags.ts';
import { get } from './releases/get.ts';
import { history } from './releases/history.ts';
import { lint } from './lint.ts';
import { list } from './releases/list.ts';
import { repo } from './repo/repo.ts';
import { search } from './repo/search.ts';
import { rollback } from './releases/rollback.ts';
import { show } from './show.ts';
import { status } from './releases/status.ts';
import { template } from './template.ts';
import { test } from './releases/test-release.ts';
import { uninstall } from './releases/uninstall.ts';
import { version } from './version.ts';

const root: Command = {
  use: 'helm',
  short: 'The Helm package manager for Kubernetes.',
  long: 'The Kubernetes package manager\n\nCharts are rendered and releases kept as Helm 3 does it.',
  persistentFlags: globalFlags,
  commands: [
    create,
    dependency,
    get,
    history,
    install,
    lint,
    list,
    packageCommand,
    pull,
    push,
    repo,
    rollback,
    search,
    show,
    status,
    template,
    test,
    uninstall,
    upgrade,
    version,
  ],
};

/** The program `helm`. */
export const program: Program = (argv, io) => execute(root, argv, io);
