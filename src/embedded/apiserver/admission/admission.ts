import type { KubeObject } from '../../../base/index.ts';
import type { Call } from '../server-state.ts';

/** A write that asks to be let in. Objects are in the version they are stored in. */
export interface AdmissionRequest {
  readonly call: Call;
  readonly operation: 'create' | 'update' | 'delete';
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource: string | undefined;
  /** May be changed; absent for deletions. */
  readonly object?: KubeObject;
  readonly old?: KubeObject;
  readonly dryRun: boolean;
}

/** One rule. Throws a StatusError to refuse, or changes the object. */
export type AdmissionRule = (request: AdmissionRequest) => void | Promise<void>;

/** All rules, in order. */
export interface Admission {
  admit(request: AdmissionRequest): Promise<void>;
}

/** Runs the rules one after the other; the first refusal ends it. */
export function createAdmission(rules: readonly AdmissionRule[]): Admission {
  return {
    async admit(request) {
      for (const rule of rules) {
        const pending = rule(request);
        // Most rules answer at once; then the write stays in the turn it began in.
        if (pending !== undefined) await pending;
      }
    },
  };
}
