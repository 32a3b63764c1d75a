/**
 * `trice helm`: charts and releases on the command line as Helm 3 has them, on our own engine: flags,
 * texts, tables, exit codes. Refuses what would run other programs (post-renderers, plugins)
 * and what needs OpenPGP: those commands and flags are known, and say so (`refuse.ts`). Each command
 * is a file: rendering here, `explain/` why it came out so, `charts/` a chart on its way, `repo/` and
 * `registry/` where charts are, `releases/` what asks a cluster. Start with `template.ts`.
 */
import { execute } from '../cobra/index.ts';
import type { Command } from '../cobra/index.ts';
import type { Program } from '../io.ts';
import { create } from './charts/create.ts';
import { completion } from './completion.ts';
import { dependency } from './charts/dependency.ts';
import { packageCommand } from './charts/package.ts';
import { pull } from './charts/pull.ts';
import { push } from './charts/push.ts';
import { install, upgrade } from './releases/deploy.ts';
import { env } from './env.ts';
import { globalFlags } from './flags.ts';
import { get } from './releases/get.ts';
import { history } from './releases/history.ts';
import { lint } from './lint.ts';
import { list } from './releases/list.ts';
import { plugin } from './plugin.ts';
import { registry } from './registry/login.ts';
import { repo } from './repo/repo.ts';
import { search } from './repo/search.ts';
import { rollback } from './releases/rollback.ts';
import { show } from './show.ts';
import { status } from './releases/status.ts';
import { template } from './template.ts';
import { test } from './releases/test-release.ts';
import { uninstall } from './releases/uninstall.ts';
import { verify } from './verify.ts';
import { version } from './version.ts';

const root: Command = {
  use: 'helm',
  short: 'The Helm package manager for Kubernetes.',
  long: 'The Kubernetes package manager\n\nCharts are rendered and releases kept as Helm 3 does it.',
  persistentFlags: globalFlags,
  commands: [
    completion,
    create,
    dependency,
    env,
    get,
    history,
    install,
    lint,
    list,
    packageCommand,
    plugin,
    pull,
    push,
    registry,
    repo,
    rollback,
    search,
    show,
    status,
    template,
    test,
    uninstall,
    upgrade,
    verify,
    version,
  ],
};

/** The program `helm`. */
export const program: Program = (argv, io) => execute(root, argv, io);
