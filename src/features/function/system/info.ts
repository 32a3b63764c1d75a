import process from 'node:process';
import { json } from './answers.ts';
import { managedNamespaces } from './context.ts';
import type { SystemContext } from './context.ts';

/** `GET /system/info`: versions of provider and gateway. */
export function infoRoute({ settings }: SystemContext): Response {
  const { release, sha } = settings.version;
  const version = { commit_message: '', sha, release };
  return json({
    provider: { provider: 'faas-netes', orchestration: 'kubernetes', version },
    version: { commit_message: '', release, sha },
    arch: process.arch === 'x64' ? 'x86_64' : process.arch,
  });
}

/** `GET /system/namespaces`. */
export async function namespacesRoute(context: SystemContext): Promise<Response> {
  return json(await managedNamespaces(context));
}
