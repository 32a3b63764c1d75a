import { isRecord, type KubeObject } from '../../base/index.ts';
import type { Handler } from '../../lib/http/index.ts';
import { kinds, type Cluster } from '../../lib/kube/index.ts';

export interface StatusPage {
  readonly cluster: Cluster;
  /** URL of the function gateway. */
  readonly gateway: string;
}

/** One plain page: where things are, what is released, what runs. The dashboard takes its place later. */
export function statusPage({ cluster, gateway }: StatusPage): Handler {
  return async (request) => {
    if (new URL(request.url).pathname !== '/') return new Response('not found\n', { status: 404 });
    const [deployments, releases] = await Promise.all([
      cluster.list(kinds.Deployment),
      listReleases(cluster),
    ]);
    const rows = deployments.items.map((each) => {
      const { ready, wanted } = readiness(each);
      return [each.metadata.namespace ?? '', each.metadata.name, `${ready}/${wanted}`];
    });
    const body = [
      '<h1>Trice</h1>',
      `<p>Functions answer at ${escapeHtml(gateway)}/function/NAME</p>`,
      '<h2>Releases</h2>',
      table(['namespace', 'name', 'phase', 'message'], releases),
      '<h2>Deployments</h2>',
      table(['namespace', 'name', 'ready'], rows),
    ];
    return new Response(page(body.join('\n')), {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      },
    });
  };
}

async function listReleases(cluster: Cluster): Promise<string[][]> {
  const kind = await cluster.resourceOf('helm.fluxcd.io/v1', 'HelmRelease');
  if (kind === undefined) return [];
  const { items } = await cluster.list(kind);
  return items.map(({ metadata, status }) => {
    const conditions =
      isRecord(status) && Array.isArray(status['conditions'])
        ? status['conditions'].filter(isRecord)
        : [];
    const released = conditions.find((each) => each['type'] === 'Released');
    const phase = isRecord(status) ? String(status['phase'] ?? '') : '';
    return [metadata.namespace ?? '', metadata.name, phase, String(released?.['message'] ?? '')];
  });
}

function readiness(deployment: KubeObject): {
  ready: number;
  wanted: number;
} {
  const count = (value: unknown, name: string, fallback: number): number =>
    isRecord(value) && typeof value[name] === 'number' ? value[name] : fallback;
  return {
    ready: count(deployment.status, 'readyReplicas', 0),
    wanted: count(deployment.spec, 'replicas', 1),
  };
}

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  if (rows.length === 0) return '<p>none yet</p>';
  const line = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${line('th', head)}${rows.map((row) => line('td', row)).join('')}</table>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function page(body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Trice</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #d8dee4}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}th,td{border-color:#30363d}}
</style></head><body>${body}</body></html>
`;
}
