const checks: Readonly<Record<string, readonly string[]>> = {
  healthz: ['ping', 'log', 'store'],
  livez: ['ping', 'log', 'store'],
  readyz: ['ping', 'log', 'store', 'informer-sync', 'shutdown'],
};

/** `/healthz`, `/livez`, `/readyz`, with `?verbose` and single checks below them; undefined for other paths. */
export function health(url: URL, isHealthy: () => boolean): Response | undefined {
  const [, name = '', check] = url.pathname.split('/');
  const all = checks[name];
  if (!all) return undefined;
  if (check !== undefined && !all.includes(check)) return undefined;
  const good = isHealthy();
  if (!url.searchParams.has('verbose') && good) return text('ok', 200);
  const named = check === undefined ? all : [check];
  const lines = named.map((each) =>
    good ? `[+]${each} ok` : `[-]${each} failed: reason withheld`,
  );
  return text(
    `${lines.join('\n')}\n${name} check ${good ? 'passed' : 'failed'}\n`,
    good ? 200 : 500,
  );
}

function text(body: string, status: number): Response {
  return new Response(body, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  });
}
