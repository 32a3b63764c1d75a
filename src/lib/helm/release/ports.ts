import type { Clock, Logger } from '../../../base/index.ts';
import type { FunctionPorts } from '../../gotemplate/index.ts';
import type { Cluster } from '../../kube/index.ts';

/** What every action on a release is handed. */
export interface ActionPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborting it stops waiting; what was begun stays as it is and is found pending. */
  readonly signal: AbortSignal;
  /** Time and random bytes for templates. */
  readonly render: FunctionPorts;
}
