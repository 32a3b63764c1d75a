/** What can be switched off, each for itself; images go with the sync. */
export const featureNames = ['sync', 'release', 'seal', 'function'] as const;

/** One of `featureNames`. */
export type FeatureName = (typeof featureNames)[number];

/** All of them. */
export const allFeatures: ReadonlySet<FeatureName> = new Set(featureNames);
