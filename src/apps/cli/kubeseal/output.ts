import { KnownError } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import type { SealedSecret } from '../../../api/sealed-secret/index.ts';
import { orderedMetadata, sorted } from '../../../features/seal/index.ts';
import { stringify } from '../../../lib/yaml/index.ts';

/**
 * One object as kubeseal prints it: JSON with two spaces and a newline, or YAML after `---`.
 * @throws {KnownError} `invalid` for another format.
 */
export function objectText(object: KubeObject, format: string): string {
  switch (format.toLowerCase()) {
    case '':
    case 'json':
      return `${goJson(object)}\n`;
    case 'yaml':
      return `---\n${stringify(object)}`;
    default:
      throw new KnownError('invalid', `unsupported output format: ${format}`);
  }
}

/** Indented JSON with the characters escaped that Go escapes for HTML's sake. */
function goJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A SealedSecret in the key order of Go's type, without empty fields. */
export function orderedSealedSecret({ metadata, spec, status }: SealedSecret): SealedSecret {
  const { metadata: inner, type, immutable, data } = spec.template ?? {};
  const template: JsonRecord = { metadata: orderedMetadata(inner) };
  if (type) template.type = type;
  if (immutable !== undefined && immutable !== null) template.immutable = immutable;
  if (data && Object.keys(data).length > 0) template.data = sorted(data);
  const ordered: JsonRecord = {
    kind: 'SealedSecret',
    apiVersion: 'bitnami.com/v1alpha1',
    metadata: orderedMetadata(metadata),
    spec: {
      template,
      ...(spec.data ? { data: spec.data } : {}),
      encryptedData: sorted(spec.encryptedData),
    },
    ...(status === undefined ? {} : { status }),
  };
  return ordered as unknown as SealedSecret;
}
