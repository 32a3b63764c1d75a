import type { Handler } from '../../../lib/http/index.ts';
import type { ReleaseMetrics } from './metrics.ts';

/** helm-operator's HTTP API (reference: helm-operator.md 7). There is no authentication, as there. */
export function operatorHandler(ports: {
  readonly metrics: Pick<ReleaseMetrics, 'text' | 'contentType'>;
  /** Begins to ask every git repository again; does not wait. */
  readonly syncGit: () => void;
}): Handler {
  return async ({ url, method }) => {
    switch (new URL(url).pathname) {
      case '/healthz':
        return text('OK');
      case '/metrics':
        return new Response(await ports.metrics.text(), {
          headers: { 'content-type': ports.metrics.contentType },
        });
      case '/api/v1/sync-git':
        if (method !== 'POST') return text('Method Not Allowed', 405);
        ports.syncGit();
        return text('OK');
      default:
        return text('404 page not found', 404);
    }
  };
}

function text(body: string, status: number = 200): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}
