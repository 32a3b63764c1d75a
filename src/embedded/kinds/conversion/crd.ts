import { isRecord } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { ensureRecord, recordAt, recordsAt } from '../records.ts';

/** Top-level fields of v1beta1 that v1 has in every version. */
const shared = ['subresources', 'additionalPrinterColumns', 'selectableFields'] as const;

/** v1beta1 to v1: what stands at the top moves into each version that has none of its own. */
export function crdToV1(crd: KubeObject): KubeObject {
  const spec = ensureRecord(crd, 'spec');
  const { version, validation, ...top } = spec;
  const versions = recordsAt(top, 'versions');
  const all = versions.length > 0 ? versions : [{ name: version, served: true, storage: true }];
  spec['versions'] = all.map((each) => versionToV1(each, { ...top, validation }));
  for (const field of ['version', 'validation', ...shared]) delete spec[field];
  if (isRecord(spec['conversion'])) spec['conversion'] = conversionToV1(spec['conversion']);
  return crd;
}

function versionToV1(version: JsonRecord, top: JsonRecord): JsonRecord {
  const result: JsonRecord = { ...version };
  const validation = version['schema'] ?? top['validation'];
  if (validation !== undefined) result['schema'] = validation;
  for (const field of shared) {
    const value = version[field] ?? top[field];
    if (value !== undefined) result[field] = value;
  }
  const columns = recordsAt(result, 'additionalPrinterColumns');
  if (columns.length > 0) {
    result['additionalPrinterColumns'] = columns.map(({ JSONPath, ...rest }) => ({
      ...rest,
      ...(JSONPath === undefined ? {} : { jsonPath: JSONPath }),
    }));
  }
  return result;
}

function conversionToV1(conversion: JsonRecord): JsonRecord {
  const { webhookClientConfig: clientConfig, conversionReviewVersions, ...rest } = conversion;
  if (clientConfig === undefined) return rest;
  return { ...rest, webhook: { clientConfig, conversionReviewVersions } };
}

/** v1 to v1beta1: what is the same in every version stands at the top. */
export function crdFromV1(crd: KubeObject): KubeObject {
  const spec = ensureRecord(crd, 'spec');
  const versions = recordsAt(spec, 'versions').map(versionFromV1);
  const same = (field: string): boolean =>
    versions.every((each) => JSON.stringify(each[field]) === JSON.stringify(versions[0]?.[field]));
  spec['version'] = versions[0]?.['name'];
  for (const [field, atTop] of [
    ['schema', 'validation'],
    ['subresources', 'subresources'],
    ['additionalPrinterColumns', 'additionalPrinterColumns'],
    ['selectableFields', 'selectableFields'],
  ] as const) {
    if (!same(field) || versions[0]?.[field] === undefined) continue;
    spec[atTop] = versions[0][field];
    for (const version of versions) delete version[field];
  }
  spec['versions'] = versions;
  const conversion = recordAt(spec, 'conversion');
  if (isRecord(conversion['webhook'])) {
    const { webhook, ...rest } = conversion;
    const { clientConfig, conversionReviewVersions } = webhook as JsonRecord;
    spec['conversion'] = { ...rest, webhookClientConfig: clientConfig, conversionReviewVersions };
  }
  return crd;
}

function versionFromV1(version: JsonRecord): JsonRecord {
  const columns = recordsAt(version, 'additionalPrinterColumns');
  if (columns.length === 0) return { ...version };
  return {
    ...version,
    additionalPrinterColumns: columns.map(({ jsonPath, ...rest }) => ({
      ...rest,
      JSONPath: jsonPath,
    })),
  };
}
