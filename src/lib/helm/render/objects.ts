import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { HostObject, typedList, typedMap } from '../../gotemplate/index.ts';
import type { HostType } from '../../gotemplate/index.ts';
import type { ChartMetadata, Dependency, Maintainer } from '../chart/chart.ts';
import { dependencyJson, metadataJson } from '../release/codec.ts';
import type { Capabilities, KubeVersion } from './capabilities.ts';
import type { ReleaseFacts } from './render.ts';

// What Go has as structs, with their names, fields, methods and JSON, since charts can print all of it.

/** What `.Capabilities` is made of. */
export interface Surroundings {
  readonly release: ReleaseFacts;
  readonly capabilities: Capabilities;
  readonly helm: { readonly version: string; readonly goVersion: string };
}

/** `.Release`. */
export function releaseOf({
  name,
  namespace,
  revision = 1,
  isUpgrade = false,
}: ReleaseFacts): JsonRecord {
  return {
    Name: name,
    Namespace: namespace,
    IsUpgrade: isUpgrade,
    IsInstall: !isUpgrade,
    Revision: BigInt(revision),
    Service: 'Helm',
  };
}

const strings = (list: readonly string[] | undefined): unknown =>
  typedList([...(list ?? [])], {
    name: '[]string',
    element: 'string',
    ...(list === undefined ? { isNil: true } : {}),
  });

/** A struct's JSON keeps the order of its fields, a map's is sorted. */
function inOrder(fields: object): Map<string, unknown> {
  const structs = (value: unknown): unknown =>
    Array.isArray(value) ? value.map((each) => (isRecord(each) ? inOrder(each) : each)) : value;
  return new Map(Object.entries(fields).map(([name, value]) => [name, structs(value)]));
}

const maintainerType: HostType = {
  name: '*chart.Maintainer',
  kind: 'ptr',
  json: (each: Maintainer) => inOrder(each),
  fields: {
    Name: (each: Maintainer) => each.name ?? '',
    Email: (each: Maintainer) => each.email ?? '',
    URL: (each: Maintainer) => each.url ?? '',
  },
};

const dependencyType: HostType = {
  name: '*chart.Dependency',
  kind: 'ptr',
  json: (each: Dependency) => inOrder(dependencyJson(each)),
  fields: {
    Name: (each: Dependency) => each.name,
    Version: (each: Dependency) => each.version ?? '',
    Repository: (each: Dependency) => each.repository,
    Condition: (each: Dependency) => each.condition ?? '',
    Tags: (each: Dependency) => strings(each.tags),
    Enabled: (each: Dependency) => each.enabled ?? false,
    ImportValues: (each: Dependency) => [...(each.importValues ?? [])],
    Alias: (each: Dependency) => each.alias ?? '',
  },
};

interface ChartFacts extends ChartMetadata {
  readonly isRoot: boolean;
}

/** `.Chart`. */
export function chartObject(metadata: ChartMetadata, isRoot: boolean): HostObject {
  return new HostObject(chartType, { ...metadata, isRoot });
}

const chartType: HostType = {
  name: 'struct { chart.Metadata; IsRoot bool }',
  kind: 'struct',
  printed: (chart: ChartFacts) => [
    ['Metadata', new HostObject(metadataType, chart)],
    ['IsRoot', chart.isRoot],
  ],
  json: ({ isRoot, ...metadata }: ChartFacts) =>
    inOrder({ ...metadataJson(metadata), IsRoot: isRoot }),
  fields: {
    Metadata: (chart: ChartFacts) => new HostObject(metadataType, chart),
    Name: (chart: ChartFacts) => chart.name,
    Home: (chart: ChartFacts) => chart.home ?? '',
    Sources: (chart: ChartFacts) => strings(chart.sources),
    Version: (chart: ChartFacts) => chart.version,
    Description: (chart: ChartFacts) => chart.description ?? '',
    Keywords: (chart: ChartFacts) => strings(chart.keywords),
    Maintainers: (chart: ChartFacts) =>
      hosts(chart.maintainers, maintainerType, '[]*chart.Maintainer'),
    Icon: (chart: ChartFacts) => chart.icon ?? '',
    APIVersion: (chart: ChartFacts) => chart.apiVersion,
    Condition: (chart: ChartFacts) => chart.condition ?? '',
    Tags: (chart: ChartFacts) => chart.tags ?? '',
    AppVersion: (chart: ChartFacts) => chart.appVersion ?? '',
    Deprecated: (chart: ChartFacts) => chart.deprecated ?? false,
    Annotations: (chart: ChartFacts) =>
      typedMap(
        { ...chart.annotations },
        {
          name: 'map[string]string',
          element: 'string',
          ...(chart.annotations === undefined ? { isNil: true } : {}),
        },
      ),
    KubeVersion: (chart: ChartFacts) => chart.kubeVersion ?? '',
    Dependencies: (chart: ChartFacts) =>
      hosts(chart.dependencies, dependencyType, '[]*chart.Dependency'),
    Type: (chart: ChartFacts) => chart.type ?? '',
    IsRoot: (chart: ChartFacts) => chart.isRoot,
  },
};

const { IsRoot: _, Metadata: __, ...metadataFields } = chartType.fields;

/** The part of `.Chart` that Go embeds: to be seen where all of it is printed. */
const metadataType: HostType = { name: 'chart.Metadata', kind: 'struct', fields: metadataFields };

function hosts(list: readonly unknown[] | undefined, type: HostType, name: string): unknown {
  return typedList(
    (list ?? []).map((each) => new HostObject(type, each)),
    { name, element: type.name, ...(list === undefined ? { isNil: true } : {}) },
  );
}

const kubeVersionType: HostType = {
  name: 'chartutil.KubeVersion',
  kind: 'struct',
  fields: {
    Version: (version: KubeVersion) => version.version,
    Major: (version: KubeVersion) => version.major,
    Minor: (version: KubeVersion) => version.minor,
  },
  methods: {
    String: { params: [], call: (self: KubeVersion) => self.version },
    GitVersion: {
      params: [],
      call: (self: KubeVersion) => self.version,
    },
  },
  shown: (version: KubeVersion) => version.version,
};

const versionSetType = {
  name: 'chartutil.VersionSet',
  element: 'string',
  methods: {
    Has: {
      params: ['string'] as const,
      call: (self: readonly string[], version: string) => self.includes(version),
    },
  },
};

const buildInfoType: HostType = {
  name: 'version.BuildInfo',
  kind: 'struct',
  json: (helm: Surroundings['helm']) =>
    inOrder({ version: helm.version, go_version: helm.goVersion }),
  fields: {
    Version: (helm: Surroundings['helm']) => helm.version,
    GitCommit: () => '',
    GitTreeState: () => '',
    GoVersion: (helm: Surroundings['helm']) => helm.goVersion,
  },
};

const capabilitiesType: HostType = {
  name: '*chartutil.Capabilities',
  kind: 'ptr',
  methods: {
    Copy: { params: [], call: (self: Surroundings) => capabilitiesOf(self) },
  },
  fields: {
    KubeVersion: ({ capabilities }: Surroundings) =>
      new HostObject(kubeVersionType, capabilities.kubeVersion),
    APIVersions: ({ capabilities }: Surroundings) =>
      typedList([...capabilities.apiVersions], versionSetType),
    HelmVersion: ({ helm }: Surroundings) => new HostObject(buildInfoType, helm),
  },
};

/** `.Capabilities`. */
export function capabilitiesOf(around: Surroundings): HostObject {
  return new HostObject(capabilitiesType, around);
}
