import { readFile } from 'node:fs/promises';
import { hide } from '../../../base/index.ts';
import type { Hidden } from '../../../base/index.ts';
import type { Kubeconfig } from '../kubeconfig.ts';
import { runExecPlugin } from './exec-plugin.ts';
import type { Credentials, ExecPlugin } from './exec-plugin.ts';

/** How a caller proves who it is, asked before each request. */
export interface Login {
  current(): Promise<Proof>;
  /** The server did not believe it. True when asking again may give something else. */
  forget(): boolean;
}

/** What goes with a request. */
export interface Proof {
  /** Value of the header `Authorization`. */
  readonly authorization: Hidden<string> | undefined;
  readonly clientCert: string | undefined;
  readonly clientKey: Hidden<string> | undefined;
}

/** The login of a kubeconfig: a program's answer until it expires, a file read each time, or what it holds. */
export function loginOf(config: Kubeconfig): Login {
  const { clientCert, clientKey, token, basic } = config;
  // What was given outright, on a command line for one, comes before what has to be asked for.
  if (token === undefined && basic === undefined) {
    if (config.exec !== undefined) return pluginLogin(config, config.exec);
    if (config.tokenFile !== undefined) return fileLogin(config, config.tokenFile);
  }
  const proof = { authorization: headerOf(config), clientCert, clientKey };
  return { current: async () => proof, forget: () => false };
}

// A login that ends within this time is made anew, so that it holds as long as its request.
const marginMs = 10_000;

function pluginLogin({ clientCert, clientKey }: Kubeconfig, plugin: ExecPlugin): Login {
  let running: Promise<Credentials> | undefined;
  const isOld = ({ expires }: Credentials): boolean =>
    expires !== undefined && expires.getTime() - marginMs <= plugin.clock.now().getTime();
  const run = (): Promise<Credentials> => {
    running = runExecPlugin(plugin);
    running.catch(() => (running = undefined));
    return running;
  };
  return {
    async current() {
      const known = await (running ?? run());
      const given = isOld(known) ? await run() : known;
      return {
        authorization: given.token && bearer(given.token.reveal()),
        clientCert: given.clientCert ?? clientCert,
        clientKey: given.clientKey ?? clientKey,
      };
    },
    forget() {
      running = undefined;
      return true;
    },
  };
}

/** A token that somebody renews in a file, as the kubelet does in a pod; the last one holds where it cannot be read. */
function fileLogin({ clientCert, clientKey }: Kubeconfig, file: string): Login {
  let last: Hidden<string> | undefined;
  return {
    async current() {
      try {
        last = bearer((await readFile(file, 'utf8')).trim());
      } catch (thrown) {
        if (last === undefined) throw thrown;
      }
      return { authorization: last, clientCert, clientKey };
    },
    forget: () => false,
  };
}

function headerOf({ token, basic }: Kubeconfig): Hidden<string> | undefined {
  if (token !== undefined) return bearer(token.reveal());
  if (basic === undefined) return undefined;
  const pair = Buffer.from(`${basic.username}:${basic.password.reveal()}`).toString('base64');
  return hide(`Basic ${pair}`);
}

function bearer(token: string): Hidden<string> {
  return hide(`Bearer ${token}`);
}
