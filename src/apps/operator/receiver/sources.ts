import { invalid, isRecord } from '../../../base/index.ts';
import { gitNotice, imageNotice, type Hook, type Said } from './notice.ts';
import { hasHmac, hasKey } from './signatures.ts';

/** How one kind of forge or registry calls. */
export interface Source {
  /** Looks at headers and bytes only; false is answered with 401. */
  readonly isGenuine: (hook: Hook) => boolean;
  /** Reads the body of a genuine hook; throws a `KnownError('invalid')` for one that is not as expected. */
  readonly read: (hook: Hook) => Said;
}

/** The kinds by their names in fluxrecv.yaml; `Gitea` and `Generic` are ours. */
export const sources: Readonly<Record<string, Source>> = {
  GitHub: {
    isGenuine: (hook) =>
      hook.headers.has('x-hub-signature-256')
        ? hasHmac(hook, 'x-hub-signature-256', 'sha256')
        : hasHmac(hook, 'x-hub-signature', 'sha1'),
    read: (hook) => {
      const event = hook.headers.get('x-github-event');
      if (event === 'ping') return 'Pong';
      if (event !== 'push') return [];
      const body = bodyOf(hook);
      return [gitNotice(textAt(body, 'repository', 'ssh_url'), textAt(body, 'ref'))];
    },
  },
  GitLab: {
    isGenuine: (hook) => hasKey(hook, 'x-gitlab-token'),
    read: (hook) => {
      if (hook.headers.get('x-gitlab-event') !== 'Push Hook') return [];
      const body = bodyOf(hook);
      return [gitNotice(textAt(body, 'project', 'git_ssh_url'), textAt(body, 'ref'))];
    },
  },
  Gitea: {
    isGenuine: (hook) =>
      hook.headers.has('x-gitea-signature')
        ? hasHmac(hook, 'x-gitea-signature', 'sha256')
        : hasHmac(hook, 'x-hub-signature-256', 'sha256'),
    read: (hook) => {
      if (hook.headers.get('x-gitea-event') !== 'push') return [];
      const body = bodyOf(hook);
      return [gitNotice(textAt(body, 'repository', 'ssh_url'), textAt(body, 'ref'))];
    },
  },
  BitbucketServer: {
    isGenuine: (hook) => hasHmac(hook, 'x-hub-signature', 'sha256'),
    read: (hook) => {
      if (hook.headers.get('x-event-key') !== 'repo:refs_changed') return [];
      const body = bodyOf(hook);
      const links = listAt(body, 'repository', 'links', 'clone');
      const ssh = links.find((link) => isRecord(link) && link['name'] === 'ssh');
      if (ssh === undefined) throw invalid('the repository has no ssh link');
      const url = textAt(ssh, 'href');
      return listAt(body, 'changes').map((change) =>
        gitNotice(url, textAt(change, 'ref', 'displayId')),
      );
    },
  },
  BitbucketCloud: {
    // Bitbucket Cloud signs nothing: the path of the hook is the only secret.
    isGenuine: () => true,
    read: (hook) => {
      if (hook.headers.get('x-event-key') !== 'repo:push') return [];
      const body = bodyOf(hook);
      const url = `git@bitbucket.org:${textAt(body, 'repository', 'full_name')}.git`;
      return listAt(body, 'push', 'changes').map((change) => gitNotice(url, branchOf(change)));
    },
  },
  DockerHub: {
    isGenuine: () => true,
    read: (hook) => [imageNotice(textAt(bodyOf(hook), 'repository', 'repo_name'))],
  },
  Quay: {
    isGenuine: () => true,
    read: (hook) => [imageNotice(textAt(bodyOf(hook), 'docker_url'))],
  },
  Harbor: {
    isGenuine: (hook) => hasKey(hook, 'authorization'),
    read: (hook) => {
      const body = bodyOf(hook);
      if (!['pushImage', 'PUSH_ARTIFACT'].includes(textAt(body, 'type'))) return [];
      const [first] = listAt(body, 'event_data', 'resources');
      return [imageNotice(textAt(first, 'resource_url'))];
    },
  },
  Nexus: {
    isGenuine: (hook) => hasHmac(hook, 'x-nexus-webhook-signature', 'sha1'),
    read: readNexus,
  },
  GoogleContainerRegistry: {
    // The audience of the bearer token is checked by the receiver, which may ask Google for keys.
    isGenuine: () => true,
    read: (hook) => {
      const data = textAt(bodyOf(hook), 'message', 'data');
      const event = parsed(Buffer.from(data, 'base64').toString('utf8'));
      if (textAt(event, 'action').toLowerCase() !== 'insert' || !isRecord(event)) return [];
      return typeof event['tag'] === 'string' ? [imageNotice(event['tag'])] : [];
    },
  },
  Generic: {
    isGenuine: (hook) => hasHmac(hook, 'x-signature-256', 'sha256'),
    read: readGeneric,
  },
};

function readNexus(hook: Hook): Said {
  if (hook.headers.get('x-nexus-webhook-id') !== 'rm:repository:component') return [];
  const body = bodyOf(hook);
  if (textAt(body, 'action') !== 'CREATED') return [];
  if (textAt(body, 'component', 'format') !== 'docker') return [];
  const name = textAt(body, 'component', 'name');
  return [imageNotice(hook.host === '' ? name : `${hook.host}/${name}`)];
}

/** `{"url": …, "branch": …}` or `{"image": …}`, signed: for anything that can run curl and openssl. */
function readGeneric(hook: Hook): Said {
  const body = bodyOf(hook);
  if (isRecord(body) && typeof body['image'] === 'string') return [imageNotice(body['image'])];
  const branch = isRecord(body) && typeof body['branch'] === 'string' ? body['branch'] : '';
  return [gitNotice(textAt(body, 'url'), branch)];
}

function branchOf(change: unknown): string {
  const named = isRecord(change) ? (change['new'] ?? change['old']) : undefined;
  return textAt(named, 'name');
}

function bodyOf({ body }: Hook): unknown {
  return parsed(body.toString('utf8'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalid('the body is not JSON');
  }
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, step) => (isRecord(inner) ? inner[step] : undefined), value);
}

function textAt(value: unknown, ...path: string[]): string {
  const found = at(value, path);
  if (typeof found !== 'string' || found === '') throw invalid(`${path.join('.')} is missing`);
  return found;
}

function listAt(value: unknown, ...path: string[]): unknown[] {
  const found = at(value, path);
  if (!Array.isArray(found)) throw invalid(`${path.join('.')} is missing`);
  return found as unknown[];
}

/** Whether failures are kept from the caller: it would only send the same again and again. */
export function isQuiet(source: string): boolean {
  return source === 'GoogleContainerRegistry';
}
