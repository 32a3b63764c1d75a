import type { Clock, Logger } from '../../../base/index.ts';
import type { FunctionPorts } from '../../gotemplate/index.ts';
import type { Cluster } from '../../kube/index.ts';
import type { StorageDriver } from './store.ts';

/** What every action on a release is handed. */
export interface ActionPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborting it stops waiting; what was begun stays as it is and is found pending. */
  readonly signal: AbortSignal;
  /** Time and random bytes for templates. */
  readonly render: FunctionPorts;
  /** Where revisions are kept (`HELM_DRIVER`); Secrets when absent. */
  readonly driver?: StorageDriver;
  /** Called with the logs of hooks whose `helm.sh/hook-output-log-policy` asks for that. */
  readonly hookOutput?: (log: HookLog) => void;
}

/** What one container of a hook has written. */
export interface HookLog {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly text: string;
}
