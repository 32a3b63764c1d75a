import { methodNotAllowed, resourceNotFound } from '../http/status-error.ts';
import type { Call } from '../server-state.ts';
import { getObject } from '../verbs/get.ts';
import { patchObject } from '../verbs/patch.ts';
import { updateObject } from '../verbs/update.ts';
import { bindPod } from './binding.ts';
import { evictPod } from './eviction.ts';
import { finalizeNamespace } from './finalize.ts';
import { podLogs } from './logs.ts';
import { proxyTo } from './proxy.ts';
import { getScale, writeScale } from './scale.ts';
import { issueToken } from './token.ts';

type Verb = (call: Call) => Response | Promise<Response>;
type Verbs = Readonly<Record<string, Verb>>;

/** An endpoint that shows the whole object and writes a part of it. */
const partOf = (subresource: string): Verbs => ({
  GET: getObject,
  PUT: (call) => updateObject(call, subresource),
  PATCH: (call) => patchObject(call, subresource),
});

const bySubresource: Readonly<Record<string, Verbs>> = {
  status: partOf('status'),
  scale: { GET: getScale, PUT: writeScale, PATCH: writeScale },
  'namespaces/finalize': { PUT: finalizeNamespace },
  'pods/binding': { POST: bindPod },
  'pods/eviction': { POST: evictPod },
  'pods/log': { GET: podLogs },
  'pods/ephemeralcontainers': partOf('ephemeralcontainers'),
  'pods/resize': partOf('resize'),
  'serviceaccounts/token': { POST: issueToken },
  'certificatesigningrequests/approval': partOf('approval'),
};

/** The handler of a subresource; proxies take any method. */
export function subresourceHandler(call: Call): Verb {
  const { resource, target, request } = call;
  const { plural, subresources } = resource;
  const name = target.subresource ?? '';
  if (name === 'proxy' && ['services', 'pods'].includes(plural)) return proxyTo;
  if (!subresources.some((each) => each.name === name)) throw resourceNotFound();
  const verbs = bySubresource[`${plural}/${name}`] ?? bySubresource[name];
  const verb = verbs?.[request.method];
  if (!verb) throw methodNotAllowed();
  return verb;
}
