import type { KeyObject, X509Certificate } from 'node:crypto';
import { isRecord, KnownError } from '../../../base/index.ts';
import { certificatesOf, decodeBase64, privateKeyOf } from '../../../features/seal/index.ts';
import { readObjects } from './read-objects.ts';

/** A key from a file, with its certificate where the file holds it. */
export interface FileKey {
  readonly privateKey: KeyObject;
  readonly certificate: X509Certificate | undefined;
}

/**
 * Keys of a file: PEM, or backed-up key Secrets, alone, as a stream or as a List.
 * @throws {KnownError} `invalid`; the text never holds a part of a key.
 */
export function privateKeysOf(text: string): FileKey[] {
  if (text.includes('PRIVATE KEY-----') && !text.includes('tls.key')) {
    return [{ privateKey: privateKeyOf(text), certificate: undefined }];
  }
  const objects = readObjects(text).flatMap((each) =>
    each.kind === 'List' && Array.isArray(each.items) ? each.items.filter(isRecord) : [each],
  );
  return objects.map(({ data }) => {
    const read = (name: string): string | undefined => {
      const coded = isRecord(data) ? data[name] : undefined;
      return typeof coded === 'string' ? decodeBase64(coded).toString() : undefined;
    };
    const [pem, certificate] = [read('tls.key'), read('tls.crt')];
    if (pem === undefined) {
      throw new KnownError('invalid', "secret must contain a 'tls.data' key");
    }
    return {
      privateKey: privateKeyOf(pem),
      certificate: certificate === undefined ? undefined : certificatesOf(certificate)[0],
    };
  });
}
