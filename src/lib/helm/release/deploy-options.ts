import type { JsonRecord } from '../../../base/index.ts';
import type { Chart } from '../chart/chart.ts';

/** What install and upgrade have in common. */
export interface DeployOptions {
  readonly name: string;
  /** Where the release and its revisions are. */
  readonly namespace: string;
  readonly chart: Chart;
  readonly values?: JsonRecord;
  /** Milliseconds for hooks and waiting, each; five minutes when absent. */
  readonly timeoutMs?: number;
  readonly wait?: boolean;
  readonly waitForJobs?: boolean;
  readonly disableHooks?: boolean;
  readonly skipCrds?: boolean;
  readonly skipSchemaValidation?: boolean;
  /** Documents without kind or apiVersion are told in the decoder's words instead of the validation's. */
  readonly disableOpenApiValidation?: boolean;
  /** Fields that the server's types do not have fail before anything is applied (Helm asks older servers so). */
  readonly refuseUnknownFields?: boolean;
  readonly takeOwnership?: boolean;
  /** On failure: an install is undone, an upgrade rolled back. It waits. */
  readonly atomic?: boolean;
  readonly force?: boolean;
  readonly description?: string;
  /** Renders and checks, and changes nothing. */
  readonly dryRun?: boolean;
  /** `lookup` finds nothing, as in a dry run of the client. */
  readonly withoutLookup?: boolean;
  /** Labels for the stored revision; on an upgrade `null` takes one away. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations for every object in the cluster, beside Helm's own; the manifest does not tell them. */
  readonly marks?: Readonly<Record<string, string>>;
  /**
   * What revisions that failed or were interrupted have left counts as the release's own: fields and
   * objects that the new revision does not have go. Helm leaves them.
   */
  readonly clearsFailed?: boolean;
  readonly subchartNotes?: boolean;
  /** Revisions to keep; 0 or absent is all. */
  readonly maxHistory?: number;
}

export interface InstallOptions extends DeployOptions {
  readonly createNamespace?: boolean;
  /** Use the name of an uninstalled or failed release again. */
  readonly replace?: boolean;
}

/** Five minutes, as Helm's `--timeout`. */
export const defaultTimeoutMs: number = 300_000;
