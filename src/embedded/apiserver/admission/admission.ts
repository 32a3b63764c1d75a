import type { KubeObject } from '../../../base/index.ts';
import type { Call } from '../server-state.ts';

/** A write that asks to be let in. Objects are in the version they are stored in. */
export interface AdmissionRequest {
  readonly call: Call;
  readonly operation: 'create' | 'update' | 'delete' | 'connect';
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource: string | undefined;
  /** May be changed; absent for deletions; the options of a connection. */
  readonly object?: KubeObject;
  readonly old?: KubeObject;
  readonly dryRun: boolean;
}

/** One rule. Throws a StatusError to refuse, or changes the object. */
export type AdmissionRule = (request: AdmissionRequest) => void | Promise<void>;

/** All rules, in order, in their two halves. */
export interface Admission {
  /** Before the object is checked: refuses early, and completes or changes the object. */
  admit(request: AdmissionRequest): Promise<void>;
  /** After the object was found valid, as the last thing before it is written: only refuses. */
  confirm(request: AdmissionRequest): Promise<void>;
  /** Before a connection to a pod, a service or a node is made. */
  connect(request: AdmissionRequest): Promise<void>;
}

/** Runs the rules one after the other; the first refusal ends it. */
export function createAdmission(rules: {
  readonly changing: readonly AdmissionRule[];
  readonly confirming: readonly AdmissionRule[];
  readonly connecting: readonly AdmissionRule[];
}): Admission {
  return {
    admit: (request) => runAll(rules.changing, request),
    confirm: (request) => runAll(rules.confirming, request),
    connect: (request) => runAll(rules.connecting, request),
  };
}

async function runAll(rules: readonly AdmissionRule[], request: AdmissionRequest): Promise<void> {
  for (const rule of rules) {
    const pending = rule(request);
    // Most rules answer at once; then the write stays in the turn it began in.
    if (pending !== undefined) await pending;
  }
}
