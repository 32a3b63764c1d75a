import { KnownError } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import { bodyOf, json, text, textField } from './answers.ts';
import { namespaceFor } from './context.ts';
import type { SystemContext } from './context.ts';

const managedBy = { 'app.kubernetes.io/managed-by': 'openfaas' };

/** `/system/secrets`: list (names only), make, change and remove the secrets of functions. */
export async function secretsRoute(
  context: SystemContext,
  request: Request,
  url: URL,
): Promise<Response> {
  if (request.method === 'GET') return list(context, url);
  const body = await bodyOf(request);
  const name = textField(body, 'name');
  const namespace = await namespaceFor(context, textField(body, 'namespace'));
  if (name === '') return text(400, 'name is required');
  const { cluster } = context;
  const key = { namespace, name };
  if (request.method === 'POST') {
    await cluster.create(kinds.Secret, secretOf(key, body));
    return text(202);
  }
  const live = await cluster.get(kinds.Secret, key);
  if (live === undefined) return text(404, `secrets "${name}" not found`);
  if (request.method === 'DELETE') {
    await cluster.delete(kinds.Secret, key);
    return text(202);
  }
  const { metadata } = live;
  const labels = { ...metadata.labels, ...managedBy };
  const next = { ...live, metadata: { ...metadata, labels }, data: secretOf(key, body).data };
  await cluster.replace(kinds.Secret, next);
  return text(202);
}

async function list(context: SystemContext, url: URL): Promise<Response> {
  const namespace = await namespaceFor(context, url.searchParams.get('namespace') ?? '');
  const [[label, value]] = Object.entries(managedBy) as [[string, string]];
  const labelSelector = `${label}=${value}`;
  const { items } = await context.cluster.list(kinds.Secret, { namespace, labelSelector });
  return json(items.map(({ metadata }) => ({ name: metadata.name, namespace })));
}

/** The value under a key that is the secret's own name; `rawValue`, base64, wins over `value`. */
function secretOf(key: { namespace: string; name: string }, body: JsonRecord): KubeObject {
  const raw = textField(body, 'rawValue');
  const plain = textField(body, 'value');
  if (raw !== '' && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(raw)) {
    throw new KnownError('invalid', 'failed to unmarshal request: rawValue must be base64', {
      status: 400,
    });
  }
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...key, labels: { ...managedBy } },
    type: 'Opaque',
    data: { [key.name]: raw !== '' ? raw : Buffer.from(plain).toString('base64') },
  };
}
