import path from 'node:path';
import type { Call, Command } from '../cobra/index.ts';
import { registryFile } from './registry/credentials.ts';
import {
  cacheFolder,
  configFolder,
  dataFolder,
  repositoryCache,
  repositoryFile,
} from './repositories.ts';
import { helmArgs } from './args.ts';
import { namespaceOf } from './settings.ts';

/** `helm env [NAME]`: what Helm takes from its environment and its flags. */
export const env: Command = {
  use: 'env [flags]',
  short: 'helm client environment information',
  long: '\nEnv prints out all the environment information in use by Helm.\n',
  args: helmArgs('at most', 1, 'env'),
  run: async (call) => {
    const all = await variables(call);
    const [one] = call.args;
    const text =
      one === undefined
        ? Object.keys(all)
            .toSorted()
            .map((name) => `${name}="${all[name]}"\n`)
            .join('')
        : `${all[one] ?? ''}\n`;
    call.io.stdout.write(text);
  },
};

async function variables(call: Call): Promise<Readonly<Record<string, string>>> {
  const { flags, io } = call;
  const kubeconfig = flags.string('kubeconfig') || (io.env['KUBECONFIG'] ?? '');
  return {
    HELM_BIN: 'helm',
    HELM_BURST_LIMIT: flags.string('burst-limit'),
    HELM_CACHE_HOME: cacheFolder(io),
    HELM_CONFIG_HOME: configFolder(io),
    HELM_DATA_HOME: dataFolder(io),
    HELM_DEBUG: String(flags.bool('debug')),
    HELM_KUBEAPISERVER: flags.string('kube-apiserver'),
    HELM_KUBEASGROUPS: flags.list('kube-as-group').join(','),
    HELM_KUBEASUSER: flags.string('kube-as-user'),
    HELM_KUBECAFILE: flags.string('kube-ca-file'),
    HELM_KUBECONTEXT: flags.string('kube-context'),
    HELM_KUBEINSECURE_SKIP_TLS_VERIFY: String(flags.bool('kube-insecure-skip-tls-verify')),
    HELM_KUBETLS_SERVER_NAME: flags.string('kube-tls-server-name'),
    HELM_KUBETOKEN: flags.string('kube-token'),
    HELM_MAX_HISTORY: String(Number.parseInt(io.env['HELM_MAX_HISTORY'] ?? '', 10) || 10),
    HELM_NAMESPACE: await namespaceOf(call),
    HELM_PLUGINS: io.env['HELM_PLUGINS'] || path.join(dataFolder(io), 'plugins'),
    HELM_QPS: flags.number('qps').toFixed(2),
    HELM_REGISTRY_CONFIG: registryFile(call),
    HELM_REPOSITORY_CACHE: repositoryCache(call),
    HELM_REPOSITORY_CONFIG: repositoryFile(call),
    ...(kubeconfig === '' ? {} : { KUBECONFIG: kubeconfig }),
  };
}
