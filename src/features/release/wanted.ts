import type { JsonRecord } from '../../base/index.ts';
import type { Chart } from '../../lib/helm/index.ts';
import type { Mask } from './mask.ts';

/** A chart that is here, and which one it is. */
export interface FetchedChart {
  readonly chart: Chart;
  /** Commit, or version of the chart. */
  readonly revision: string;
  /** Digest of the chart's content. */
  readonly digest: string;
  /** Another chart of the same repository and commit, by its path from this one's folder. */
  readonly beside?: (path: string) => Promise<Chart>;
}

/** A release as the HelmRelease wants it. */
export interface WantedRelease extends FetchedChart {
  readonly name: string;
  readonly namespace: string;
  readonly values: JsonRecord;
  /** Hides what came from Secrets. */
  readonly mask: Mask;
}
