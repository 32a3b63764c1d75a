import { KnownError } from '../../../../base/index.ts';
import { helmArgs } from '../args.ts';
import type { Command } from '../../cobra/index.ts';
import { loginFlags } from '../flags.ts';

/** `helm push ARCHIVE oci://HOST/PATH`. */
export const push: Command = {
  use: 'push [chart] [remote] [flags]',
  short: 'push a chart to remote',
  args: helmArgs('exactly', 2, 'push [chart] [remote]'),
  flags: loginFlags,
  run: async (call) => {
    const [file = '', remote = ''] = call.args;
    if (!remote.startsWith('oci://')) {
      const scheme = /^([a-z][a-z0-9+.-]*):/.exec(remote)?.[1] ?? '';
      throw new KnownError('unsupported', `scheme ${JSON.stringify(scheme)} not supported`);
    }
    const { pushChart } = await import('./registry.ts');
    await pushChart(call, file, remote);
  },
};
