/** What a registry asks for: `Bearer realm="…",service="…",scope="…"` or `Basic realm="…"`. */
export interface Challenge {
  readonly scheme: 'bearer' | 'basic';
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads a `WWW-Authenticate` header; undefined when it asks for neither. */
export function parseChallenge(header: string | null): Challenge | undefined {
  const found = /(?:^|,)\s*(bearer|basic)\b\s*(.*)$/i.exec(header ?? '');
  if (found === null) return undefined;
  const parameters: Record<string, string> = {};
  for (const [, name = '', quoted, bare] of (found[2] ?? '').matchAll(
    /([a-z_]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi,
  )) {
    parameters[name.toLowerCase()] ??= quoted ?? bare ?? '';
  }
  return { scheme: found[1]?.toLowerCase() === 'basic' ? 'basic' : 'bearer', parameters };
}
