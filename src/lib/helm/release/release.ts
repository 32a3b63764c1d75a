import type { JsonRecord } from '../../../base/index.ts';

/** Helm's words for what became of a revision. */
export type ReleaseStatus =
  | 'unknown'
  | 'deployed'
  | 'uninstalled'
  | 'superseded'
  | 'failed'
  | 'uninstalling'
  | 'pending-install'
  | 'pending-upgrade'
  | 'pending-rollback';

/** A hook as the release keeps it. Times are RFC 3339 with nanoseconds, empty when unset. */
export interface StoredHook {
  name: string;
  kind: string;
  path: string;
  manifest: string;
  events: string[];
  last_run: { started_at: string; completed_at: string; phase: string };
  weight?: number;
  delete_policies?: string[];
  output_log_policies?: string[];
}

export interface StoredInfo {
  first_deployed: string;
  last_deployed: string;
  /** Empty when it was not deleted. */
  deleted: string;
  description?: string;
  status: ReleaseStatus;
  notes?: string;
}

/** A chart as a release keeps it: bytes in base64, without its dependencies. */
export interface StoredChart {
  metadata: JsonRecord & { name: string; version: string; appVersion?: string };
  lock: JsonRecord | null;
  templates: { name: string; data: string }[];
  values: JsonRecord;
  schema: string | null;
  files: { name: string; data: string }[];
}

/** One revision of a release, in the very shape of Helm's JSON; fields not known here are kept. */
export interface Release {
  name: string;
  info: StoredInfo;
  chart: StoredChart;
  /** What the user gave, not the computed values. */
  config?: JsonRecord;
  manifest: string;
  hooks?: StoredHook[];
  /** The revision, from 1. */
  version: number;
  namespace: string;
  /** The user's labels of the Secret; they are no part of the JSON. */
  labels?: Readonly<Record<string, string>>;
}

/** Whether an operation is, or was when its process died, under way. */
export function isPending(status: ReleaseStatus): boolean {
  return status.startsWith('pending-');
}

const namePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const maxNameLength = 53;

/** Helm's complaint about a release name, or undefined when it is right. */
export function releaseNameProblem(name: string): string | undefined {
  if (name.length <= maxNameLength && namePattern.test(name)) return undefined;
  return `invalid release name, must match regex ${namePattern.source} and the length must not be longer than ${maxNameLength}`;
}
