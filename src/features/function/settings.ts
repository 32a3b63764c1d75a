/** How a probe is timed, in seconds. */
export interface ProbeTiming {
  readonly initialDelaySeconds: number;
  readonly timeoutSeconds: number;
  readonly periodSeconds: number;
}

/** What an administrator may choose; the defaults are those of the chart of faas-netes 5.4. */
export interface FunctionSettings {
  /** Where functions live unless a caller says otherwise. */
  readonly functionNamespace: string;
  /** Where the Secret `basic-auth` lies. */
  readonly systemNamespace: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** Probe `/_/health` over HTTP; otherwise look for the lock file of the watchdog. */
  readonly httpProbe: boolean;
  /** Run as user 12000. */
  readonly setNonRootUser: boolean;
  readonly readiness: ProbeTiming;
  readonly liveness: ProbeTiming;
  /** Which version the gateway says it is. */
  readonly version: { readonly release: string; readonly sha: string };
}

const timing: ProbeTiming = { initialDelaySeconds: 2, timeoutSeconds: 1, periodSeconds: 2 };

/** The settings that hold where nothing is chosen. */
export const defaultSettings: FunctionSettings = {
  functionNamespace: 'openfaas-fn',
  systemNamespace: 'openfaas',
  imagePullPolicy: 'Always',
  httpProbe: true,
  setNonRootUser: false,
  readiness: timing,
  liveness: timing,
  version: { release: 'dev', sha: '' },
};

/** The port every function listens on. */
export const functionPort = 8080;
