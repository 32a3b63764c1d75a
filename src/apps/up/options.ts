import type { EngineName } from '../../embedded/runtime/index.ts';

/** What `trice up` is told. Port 0 means any free one. */
export interface UpOptions {
  readonly dataDir: string;
  readonly apiPort: number;
  readonly gitPort: number;
  readonly registryPort: number;
  readonly gatewayPort: number;
  readonly uiPort: number;
  readonly isDemo: boolean;
  /** Runs pods with this engine wherever it can; absent: engines only run what a process cannot. */
  readonly engine?: EngineName;
  /** Added to every container that an engine runs, e.g. `--runtime=runc`. */
  readonly engineArguments?: readonly string[];
}

/** A service of the platform that listens on a port of its own. */
export type Endpoint = 'api' | 'git' | 'registry' | 'gateway' | 'ui';

/** The flag that sets each port; error texts name it. */
export const portFlags: Readonly<Record<Endpoint, string>> = {
  api: '--api-port',
  git: '--git-port',
  registry: '--registry-port',
  gateway: '--gateway-port',
  ui: '--ui-port',
};
